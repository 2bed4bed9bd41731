"""Reading the rows of a roster, of students or teachers alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.refusals import refused
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.choices import SHEET_NAME, Choices
from app.sheets.rosters.findings import LeftOut, Reason, Remark
from app.sheets.rosters.header import Header, Vocabulary
from app.sheets.rosters.people_rows import is_no_person

#: The sheet of a template that explains how to fill it in.
NOTES_SHEET = "填写说明"
#: Marks a cell of the template's example row; no real row has it, so the row is recognised even after columns moved.
EXAMPLE_MARK = "（示例）"
#: The rows of each further sheet are numbered from a multiple of this, which no sheet reaches.
ROWS_OF_A_SHEET = 100_000


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A row of the person's file.

    Args:
        row_no: the number of the row as the spreadsheet program shows it, plus ``ROWS_OF_A_SHEET`` for each sheet
            before its own.
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
        rows: the rows with content below the header that may be people.
        left_out: the other rows with content, except for the header.
        remarks: what a person should know before anything is written.
        pictures: the member of the file that holds the picture of a row.
        sheets: the names of the sheets that were read.
    """

    columns: dict[int, str | None]
    header: list[str]
    labels: dict[str, str]
    rows: list[RosterRow]
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[Remark, ...] = ()
    pictures: Mapping[int, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()

    @property
    def row_namer(self) -> Callable[[int], str] | None:
        """The names of rows, when several sheets were read."""
        return partial(row_name, sheets=self.sheets) if len(self.sheets) > 1 else None


def row_name(row_no: int, sheets: Sequence[str]) -> str:
    """Return the name of a row: its number, after the name of its sheet when several were read."""
    place, row = divmod(row_no, ROWS_OF_A_SHEET)
    return str(row) if len(sheets) < 2 or place >= len(sheets) else f"{sheets[place]} 第{row}行"


@dataclass(slots=True)
class SheetRows:
    """The rows of one sheet of a roster, divided into people and others."""

    people: list[RosterRow] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    pictures: dict[int, str] = field(default_factory=dict)


def read_rows(grid: Grid, header: Header, words: Vocabulary, limits: Limits = LIMITS) -> RosterSheet:
    """Read the rows of a single sheet.

    Args:
        grid: the sheet.
        header: the fields of the columns.
        words: the vocabulary of the expected roster.
        limits: the number of rows allowed.
    Raises:
        SheetRefused: there is no data, or there are too many rows.
    """
    rows = divide_rows(grid, header, words, Choices())
    check_number(len(rows.people), limits)
    texts = [header.texts[index] for index in header.own_columns]
    return RosterSheet(header.fields, texts, header.labels, rows.people, tuple(rows.left_out))


def check_number(rows: int, limits: Limits) -> None:
    """Refuse a roster without rows, or with too many.

    Raises:
        SheetRefused: there is no data, or there are too many rows.
    """
    if not rows:
        raise refused("header_only")
    if rows > limits.data_rows:
        raise refused("too_many_rows", {"rows": rows, "limit": limits.data_rows})


def divide_rows(
    grid: Grid, header: Header, words: Vocabulary, choices: Choices, *, offset: int = 0
) -> SheetRows:
    """Divide the rows of a sheet into people and rows that are left out with a reason.

    Args:
        grid: the sheet, merged cells filled.
        header: the fields of the columns.
        words: the vocabulary of the expected roster.
        choices: which rows the person has taken in, and which values hold for the whole file.
        offset: what is added to the numbers of the rows.
    """
    found = SheetRows()
    columns = [(index, field) for index, field in header.fields.items() if field]
    constants = _constants(choices, {field for _, field in columns}, grid.name)
    required = [field for field in words.required if field not in constants]
    own_columns = header.own_columns
    header_texts = {field: header.texts[index] for index, field in columns if header.texts[index]}
    pictures = {row: member for (row, _), member in sorted(grid.pictures.items(), reverse=True)}
    # Most rows are plainly people, which one look tells.
    plain = len(required) > 1 and not (grid.hidden_rows and choices.hidden_rows == "shown")
    first_text = header_texts.get(required[0]) if required else None
    for number, row in enumerate(grid.rows, start=1):
        if header.first_row <= number <= header.row_no or not _has_content(row):
            continue
        width = len(row)
        cells = {field: row[index] if index < width else None for index, field in columns}
        row_no = offset + number
        reason = None
        if row_no not in choices.taken_rows and not (
            plain and number > header.row_no and _is_plain_person(cells, required, first_text)
        ):
            reason = _reason(number, row, cells, grid, header, required, header_texts, choices)
        raw = [display_text(row[index]) if index < width else "" for index in own_columns]
        if reason is not None:
            texts = tuple(text for cell in row if (text := display_text(cell).strip()))
            found.left_out.append(LeftOut(row_no, reason, texts, raw))
            continue
        found.people.append(RosterRow(row_no, {**cells, **constants} if constants else cells, raw))
        if number in pictures:
            found.pictures[row_no] = pictures[number]
    return found


def _is_plain_person(cells: Mapping[str, Cell], required: Sequence[str], first_text: str | None) -> bool:
    """Return whether a row has all that a person needs, and no mark of an example or a header."""
    for name in required:
        cell = cells.get(name)
        if cell is None or cell == "" or (cell.__class__ is str and str(cell).isspace()):
            return False
    first = cells[required[0]]
    return first.__class__ is not str or (first != first_text and EXAMPLE_MARK not in str(first))


def _reason(
    number: int,
    row: Sequence[Cell],
    cells: Mapping[str, Cell],
    grid: Grid,
    header: Header,
    required: Sequence[str],
    header_texts: Mapping[str, str],
    choices: Choices,
) -> Reason | None:
    """Return why a row is left out, or None for a person."""
    marked = cells.get(required[0]) if required else None
    if marked.__class__ is str and EXAMPLE_MARK in str(marked):
        return "example"
    if number <= header.row_no:
        return "above_header"
    if _repeats_header(cells, header_texts):
        return "repeated_header"
    complete = len(required) > 1 and all(_is_filled(cells.get(field)) for field in required)
    if not complete and _is_other(row, cells, required):
        return "not_a_person"
    if number in grid.hidden_rows and choices.hidden_rows == "shown":
        return "hidden"
    return None


def _is_other(row: Sequence[Cell], cells: Mapping[str, Cell], required: Sequence[str]) -> bool:
    texts = [text for cell in row if (text := display_text(cell).strip())]
    named = {field: display_text(cell).strip() for field, cell in cells.items() if _is_filled(cell)}
    return is_no_person(texts, named, required)


def _repeats_header(cells: Mapping[str, Cell], header_texts: Mapping[str, str]) -> bool:
    """Return whether a row repeats the words of the header, as on each page of a printed list."""
    for name, text in header_texts.items():
        cell = cells.get(name)
        if cell.__class__ is not str or " ".join(str(cell).split()) != text:
            return False
    return bool(header_texts)


def _constants(choices: Choices, present: set[str], sheet: str) -> dict[str, Cell]:
    return {
        field: sheet if value == SHEET_NAME else value
        for field, value in choices.constants.items()
        if value and field not in present
    }


def only_grid(workbook: Workbook) -> Grid:
    """Return the only visible sheet with content, for sheets that are no rosters of people.

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
        # a left-over sheet with only a header is not a second list
        filled = [grid for grid in filled if count_rows(grid) > 1] or filled[:1]
    if len(filled) > 1:
        names = tuple(grid.name for grid in filled)
        raise refused("two_sheets", {"count": len(filled), "names": names})
    return filled[0]


def count_rows(grid: Grid) -> int:
    """Return the number of rows with content."""
    return sum(map(_has_content, grid.rows))


def filled_rows(grid: Grid) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Yield the rows with content, with their numbers from 1."""
    return ((number, row) for number, row in enumerate(grid.rows, start=1) if _has_content(row))


def _is_filled(cell: Cell) -> bool:
    return cell is not None and (cell.__class__ is not str or not cell.isspace())


def _has_content(cells: Sequence[Cell]) -> bool:
    return any(map(_is_filled, cells))
