"""The workbook of those who are registered for a course: typed cells, no text of a person becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell

from app.sheets.columns import column_letters
from app.sheets.writing import HEADER_FILL, HEADER_FONT, put_text, saved

_WIDTHS = (18, 14, 24, 20, 12, 12)
_MOMENT = "yyyy-mm-dd hh:mm"


def registration_sheet(title: str, header: Sequence[str], rows: Iterable[Sequence[str | datetime]]) -> bytes:
    """A workbook of one sheet.

    Args:
        title: name of the sheet.
        header: six texts.
        rows: texts, and moments in the school's own time without a zone, as sheets know none.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[column_letters(number)].width = width
    head = [WriteOnlyCell(sheet) for _ in header]
    for cell, text in zip(head, header, strict=True):
        put_text(cell, text)
        cell.font, cell.fill = HEADER_FONT, HEADER_FILL
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    return saved(book)


def _cell(sheet: object, value: str | datetime) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        put_text(cell, value)
    else:
        cell.value = value
        cell.number_format = _MOMENT
    return cell
