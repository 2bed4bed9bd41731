"""Workbooks: grids of typed cells, with rows and columns counted from 1 as people see them."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """A visible sheet; ``rows[0]`` is its row 1, and rows end at their last cell with content."""

    name: str
    rows: list[list[Cell]]
    merged: list[Range] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Workbook:
    """The visible sheets of a file; ``kind`` is xlsx, xls, ods or csv."""

    kind: str
    grids: list[Grid]
