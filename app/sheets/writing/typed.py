"""Workbooks of typed cells: numbers that can be summed, dates and times that can be sorted, and texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets.reading.columns import column_letters
from app.sheets.writing.cells import HEADER_FILL, HEADER_FONT, put_text, saved

#: ``datetime`` comes first, because it is also a ``date``.
_FORMATS: tuple[tuple[type, str], ...] = (
    (datetime, "yyyy-mm-dd hh:mm"),
    (date, "yyyy-mm-dd"),
    (int, "0"),
    (float, "0%"),
)

#: A text, a count, a share (0 to 1), a date, a time without zone, or nothing.
Value = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class TypedSheet:
    """A sheet with a frozen header.

    Args:
        title: the name of the sheet, at most 31 characters.
        header: the texts of row 1.
        rows: the rows below.
        widths: the widths of the columns, in characters.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int]


def typed_workbook(sheets: Iterable[TypedSheet]) -> bytes:
    """Return the bytes of a workbook with these sheets."""
    workbook = Workbook(write_only=True)
    for content in sheets:
        sheet = workbook.create_sheet(content.title)
        sheet.freeze_panes = "A2"
        for number, width in enumerate(content.widths, start=1):
            sheet.column_dimensions[column_letters(number)].width = width
        sheet.append([_head(sheet, text) for text in content.header])
        for row in content.rows:
            sheet.append([_cell(sheet, value) for value in row])
    return saved(workbook)


def _head(sheet: Worksheet, text: str) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)
    put_text(cell, text)
    cell.font, cell.fill = HEADER_FONT, HEADER_FILL
    return cell


def _cell(sheet: Worksheet, value: Value) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        put_text(cell, value)
    elif value is not None:
        cell.value = value
        cell.number_format = next(form for kind, form in _FORMATS if isinstance(value, kind))
    return cell
