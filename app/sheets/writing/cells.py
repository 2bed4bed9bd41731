"""Writing texts into workbooks so that none ever becomes a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets.reading.columns import column_letters

TEXT_FORMAT = "@"
HEADER_FONT = Font(bold=True)
HEADER_FILL = PatternFill("solid", fgColor="E8EEF7")
WRAPPED = Alignment(wrap_text=True, vertical="top")
_LONGEST = 32_767


def put_text(cell: object, text: str) -> None:
    """Write a text into a cell as text, whatever it begins with, so that it also stays text when it is edited.

    openpyxl turns ``=…`` into a formula when the value is assigned, so the type is set after it.
    """
    _put(cell, text)
    cell.number_format = TEXT_FORMAT  # type: ignore[attr-defined]


def text_table(
    title: str, header: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
) -> bytes:
    """Return a workbook with a single sheet of texts and a frozen header.

    Args:
        title: the name of the sheet.
        header: the texts of row 1.
        rows: the texts of the rows below.
        widths: the widths of the columns, in characters.
    """
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        set_width(sheet, number, width)
    sheet.append([_text_cell(sheet, text, head=True) for text in header])
    # appending a row writes it out, so one set of cells serves all rows; creating cells would take most of the time
    cells = [_text_cell(sheet, "") for _ in header]
    for row in rows:
        for cell, text in zip(cells, row, strict=True):
            _put(cell, text)
        sheet.append(cells)
    return saved(workbook)


def set_width(sheet: Worksheet, column: int, width: int) -> None:
    """Set the width of a column, and text as the format of its unwritten cells."""
    dimension = sheet.column_dimensions[column_letters(column)]
    dimension.width = width
    dimension.number_format = TEXT_FORMAT


def saved(workbook: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _text_cell(sheet: Worksheet, text: str, *, head: bool = False) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)
    put_text(cell, text)
    if head:
        cell.font, cell.fill = HEADER_FONT, HEADER_FILL
    return cell


def _put(cell: object, text: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST]  # type: ignore[attr-defined]
    cell.data_type = "s"  # type: ignore[attr-defined]
