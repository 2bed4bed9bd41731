"""Reading the rows of a roster, of students or teachers alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.rules.shared.cells import Cell, display_text
from app.rules.shared.texts import first_few
from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.refusals import refused
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.findings import LeftOut, Remark
from app.sheets.rosters.header import Header, Vocabulary

#: The sheet of a template that explains how to fill it in.
NOTES_SHEET = "填写说明"
#: Marks a cell of the template's example row; no real row has it, so the row is recognised even after columns moved.
EXAMPLE_MARK = "（示例）"
_RANGES_NAMED = 3


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row of the person's file.

    Args:
        row_no: the number of the row as the spreadsheet program shows it.
        cells: the cells by field; a field without a column is absent.
        raw: the texts of the person's own columns, aligned with ``RosterSheet.header``.
    """

    row_no: int
    cells: dict[str, Cell]
    raw: list[str]


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """A roster as read, not yet checked.

    Args:
        columns: the field of each column, by the column's index from 0; None for a column that is not read.
        header: the headers of the person's own columns, as written.
        labels: the header of each field as written, for the messages of problems.
        rows: the rows with content below the header, without the template's example.
    """

    columns: dict[int, str | None]
    header: list[str]
    labels: dict[str, str]
    rows: list[RosterRow]
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[Remark, ...] = ()
    pictures: Mapping[int, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()


def row_name(row_no: int, sheets: tuple[str, ...]) -> str:
    """Return the name of a row: its number, with the name of its sheet when several were read."""
    if len(sheets) < 2:
        return str(row_no)
    place, row = divmod(row_no, 100_000)
    return f"{sheets[place]} 第{row}行"


def read_rows(grid: Grid, header: Header, words: Vocabulary, limits: Limits = LIMITS) -> RosterSheet:
    """Read the rows below a header.

    Args:
        grid: the sheet.
        header: the fields of the columns.
        words: the vocabulary of the expected roster.
        limits: the number of rows allowed.
    Raises:
        SheetRefused: there is no data, there are too many rows, or cells are merged among the data.
    """
    _refuse_merged(grid, header)
    rows = list(_rows(grid, header, words.required[0]))
    if not rows:
        raise refused("header_only")
    if len(rows) > limits.data_rows:
        raise refused("too_many_rows", {"rows": len(rows), "limit": limits.data_rows})
    texts = [header.texts[index] for index in header.own_columns]
    return RosterSheet(header.fields, texts, header.labels, rows)


def only_grid(workbook: Workbook) -> Grid:
    """Return the only sheet with people.

    Raises:
        SheetRefused: no sheet has content, or several have data.
    """
    filled = [
        grid
        for grid in workbook.grids
        if not grid.hidden and grid.name.strip() != NOTES_SHEET and any(map(_has_content, grid.rows))
    ]
    if not filled:
        raise refused("no_content")
    if len(filled) > 1:
        # a left-over sheet with only a header is not a second roster
        filled = [grid for grid in filled if sum(map(_has_content, grid.rows)) > 1] or filled[:1]
    if len(filled) > 1:
        names = tuple(grid.name for grid in filled)
        raise refused("two_sheets", {"count": len(filled), "names": names})
    return filled[0]


def _refuse_merged(grid: Grid, header: Header) -> None:
    merged = [merged for merged in grid.merged if merged.bottom > header.row_no]
    if merged:
        raise refused("merged_cells", {"ranges": first_few(list(map(str, merged)), _RANGES_NAMED)})


def _rows(grid: Grid, header: Header, marked_field: str) -> Iterator[RosterRow]:
    columns = [(index, field) for index, field in header.fields.items() if field]
    own_columns = header.own_columns
    for row_no, row in enumerate(grid.rows[header.row_no :], start=header.row_no + 1):
        width = len(row)
        cells = {field: row[index] if index < width else None for index, field in columns}
        if not _has_content(cells.values()) or EXAMPLE_MARK in str(cells[marked_field]):
            continue
        texts = [display_text(row[index]) if index < width else "" for index in own_columns]
        yield RosterRow(row_no, cells, texts)


def _has_content(cells: object) -> bool:
    return any(cell is not None and (cell.__class__ is not str or not cell.isspace()) for cell in cells)  # type: ignore[attr-defined]
