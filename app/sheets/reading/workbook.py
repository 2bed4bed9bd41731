"""Workbooks: grids of typed cells, with rows and columns counted from 1 as people see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.errors import Message
from app.rules.shared.cells import Cell
from app.sheets.reading.columns import column_letters


@dataclass(frozen=True, slots=True)
class Range:
    """A merged range, rows and columns from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet; ``rows[0]`` is its row 1, and rows end at their last cell with content.

    Args:
        name: the sheet's name; "" for a text file.
        rows: the cells.
        merged: the merged ranges.
        hidden: whether the sheet is hidden.
        hidden_rows: rows that are hidden or filtered out, from 1.
        hidden_columns: hidden columns, from 1.
        pictures: member of the file by cell (row and column from 1), for pictures that stand in the sheet.
        lost_pictures: the number of pictures that cannot be read or attributed to a cell.
    """

    name: str
    rows: list[list[Cell]]
    merged: list[Range] = field(default_factory=list)
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    pictures: Mapping[tuple[int, int], str] = field(default_factory=dict)
    lost_pictures: int = 0


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file, hidden ones included.

    Args:
        kind: xlsx, xls, ods, csv, html or xml (SpreadsheetML 2003).
        grids: the sheets in the order of the file.
        remarks: sentences about the file as a whole that a person reads before anything is written.
    """

    kind: str
    grids: list[Grid]
    remarks: tuple[Message, ...] = ()
