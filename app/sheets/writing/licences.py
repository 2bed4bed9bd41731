"""Workbooks of licences: the list, which can be edited and imported again, and the matrix, which is read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from openpyxl import Workbook as Book
from openpyxl.cell import Cell, WriteOnlyCell

from app.rules.licences.sheet_rows import LABELS, REQUIRED_ALTERNATIVES
from app.sheets.reading.columns import column_letters
from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.workbook import Workbook
from app.sheets.rosters.header import Vocabulary, find_header, read_headers
from app.sheets.rosters.read import RosterSheet, only_grid, read_rows
from app.sheets.writing.cells import HEADER_FILL, HEADER_FONT, WRAPPED, put_text, saved

_SYNONYMS: Mapping[str, str] = {
    "title": "课程 课程名 名称 course coursename title",
    "code": "代码 课程编号 课程编码 coursecode code",
    "school": "学校名称 成员学校 院校 school schoolname",
    "unit_code": "学校代码 院校代码 unitcode schoolcode",
    "starts_on": "开始日期 授权开始日期 授权开始 startson start from",
    "ends_on": "截止日期 授权截止日期 授权截止 结束 结束日期 endson end until",
    "seats": "人数上限 名额上限 seats",
    "term": "开课学期 term",
    "local_assessment": "本校设置评价 本校评价 localassessment ownassessment",
}
_WIDTHS: Mapping[str, int] = {
    "title": 34,
    "school": 24,
    "starts_on": 13,
    "ends_on": 13,
    "local_assessment": 18,
}
_USUAL_WIDTH = 12
#: Columns with more information, which an import ignores.
NOTES = ("状态", "课程来源", "拒绝原因")
_DAY_FORMAT = "yyyy-mm-dd"


def read_licences(workbook: Workbook, limits: Limits = LIMITS) -> RosterSheet:
    """Read the only sheet with licences; title or code names a course, name or unit code a school.

    Raises:
        SheetRefused: as ``only_grid``, ``find_header`` and ``read_rows``.
    """
    grid = only_grid(workbook)
    words = Vocabulary(LABELS, tuple(LABELS), _SYNONYMS)
    best = max(
        read_headers(grid.rows, words),
        key=lambda header: len({field for field in header.fields.values() if field}),
        default=None,
    )
    present = set(best.fields.values()) if best else set()
    required = [
        next((field for field in fields if field in present), fields[0]) for fields in REQUIRED_ALTERNATIVES
    ]
    words = Vocabulary(LABELS, required, _SYNONYMS)
    return read_rows(grid, find_header(grid.rows, workbook.kind, words), words, limits)


def licence_list(rows: Iterable[tuple[Mapping[str, str | int | date | None], Sequence[str]]]) -> bytes:
    """Return the list as a workbook of typed cells: dates, numbers and texts.

    Args:
        rows: for each row, the values by field of ``LABELS`` and the texts of ``NOTES``.
    """
    book = Book(write_only=True)
    sheet = book.create_sheet("课程授权")
    sheet.freeze_panes = "A2"
    header = [*LABELS.values(), *NOTES]
    for number, name in enumerate([*LABELS, *NOTES], start=1):
        sheet.column_dimensions[column_letters(number)].width = _WIDTHS.get(name, _USUAL_WIDTH)
    sheet.append([_header_cell(sheet, text) for text in header])
    for values, notes in rows:
        cells = [_typed_cell(sheet, values.get(field)) for field in LABELS]
        sheet.append([*cells, *(_typed_cell(sheet, note) for note in notes)])
    return saved(book)


def licence_matrix(corner: str, schools: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> bytes:
    """Return the matrix as a workbook of texts, with a frozen header and first column.

    Args:
        corner: the header of the column of courses.
        schools: the headers of the other columns.
        rows: for each row, the course and a text for each school.
    """
    book = Book(write_only=True)
    sheet = book.create_sheet("课程×学校")
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 34
    for number in range(2, len(schools) + 2):
        sheet.column_dimensions[column_letters(number)].width = 18
    sheet.append([_header_cell(sheet, text) for text in (corner, *schools)])
    # appending a row writes it out, so one set of cells serves all rows
    cells = [_text_cell(sheet, "") for _ in range(len(schools) + 1)]
    for title, texts in rows:
        for cell, text in zip(cells, (title, *texts), strict=True):
            put_text(cell, text)
        sheet.append(cells)
    return saved(book)


def _typed_cell(sheet: object, value: str | int | date | None) -> Cell:
    if isinstance(value, str):
        return _text_cell(sheet, value)
    cell: Cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
    if isinstance(value, date):
        cell.number_format = _DAY_FORMAT
    return cell


def _text_cell(sheet: object, text: str) -> Cell:
    cell: Cell = WriteOnlyCell(sheet)  # type: ignore[arg-type]
    put_text(cell, text)
    return cell


def _header_cell(sheet: object, text: str) -> Cell:
    cell = _text_cell(sheet, text)
    cell.font, cell.fill, cell.alignment = HEADER_FONT, HEADER_FILL, WRAPPED
    return cell
