"""Rosters whose columns a person names: samples of the columns, and reading by confirmed fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.errors import msg
from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.refusals import HeaderUnknown, unknown_header
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.choices import NO_CHOICES, Choices
from app.sheets.rosters.codes import find_codes
from app.sheets.rosters.ditto import with_ditto
from app.sheets.rosters.findings import LeftOut, Question, Remark, SheetInfo
from app.sheets.rosters.guessing import guess_fields
from app.sheets.rosters.header import Header, Vocabulary, header_spelling, read_headers
from app.sheets.rosters.header_search import have_one_shape, looks_like_data, no_header
from app.sheets.rosters.merged_cells import with_merged_filled
from app.sheets.rosters.read import (
    ROWS_OF_A_SHEET,
    RosterRow,
    RosterSheet,
    check_number,
    divide_rows,
    filled_rows,
)
from app.sheets.rosters.sheet_choice import Part, choose_sheets

SAMPLES = 3
#: The number of rows that are examined for samples and guesses.
_EXAMINED_ROWS = 50
_LONGEST_SAMPLE = 60
#: The first rows that are shown to point at the header.
_SHOWN_ROWS = 12
_SHOWN_COLUMNS = 12
#: Headers that a remark quotes.
_QUOTED = 3

Fields = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The person's own columns, in the order of the file.

    Args:
        header: the headers of the columns, "" where there is none.
        fields: the known or guessed field of each column; None for a column that is not read.
        samples: up to three different values of each column, as the person sees them.
    """

    header: tuple[str, ...]
    fields: Fields
    samples: tuple[tuple[str, ...], ...]

    @property
    def fingerprint(self) -> str:
        """The digest of the header, which is the same for all files with this header."""
        return fingerprint(self.header)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as far as it could be read; without a ``sheet``, a person has to name the columns.

    Args:
        layout: the columns of the first sheet that is read.
        sheet: the rows; None while there are questions.
        confirmed_by: the person whose confirmation was used, "" when the header was recognised.
        questions: what a person has to decide first.
        sheets: the sheets with content.
        header_row: the last row of the header, from 1; 0 when the file has none.
        first_rows: numbers and texts of the first rows, for a person to point at the header.
        codes: coded values that have to be explained, by field.
        hidden: the number of people in hidden rows.
        visible: the number of the others, where some are hidden.
    """

    layout: Layout
    sheet: RosterSheet | None
    confirmed_by: str = ""
    questions: tuple[Question, ...] = ()
    sheets: tuple[SheetInfo, ...] = ()
    header_row: int = 1
    first_rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hidden: int = 0
    visible: int = 0


#: Maps fingerprints of headers to their confirmed fields and the name of the person who confirmed them.
ConfirmedHeaders = Callable[[Sequence[str]], Mapping[str, tuple[Fields, str]]]


def fingerprint(header: Sequence[str]) -> str:
    """Return a digest of a header, brackets included, without marks and blanks."""
    words = [header_spelling(text) for text in header]
    while words and not words[-1]:
        words.pop()
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def read_columns(
    workbook: Workbook,
    words: Vocabulary,
    confirmed: ConfirmedHeaders,
    today: date,
    choices: Choices = NO_CHOICES,
    limits: Limits = LIMITS,
) -> Reading:
    """Read a roster as far as a person has decided what its file leaves open.

    Args:
        workbook: as returned by ``read_workbook``.
        words: the vocabulary of the expected roster.
        confirmed: looks up the confirmed fields.
        today: the school's date.
        choices: what a person has decided about this file.
        limits: the number of rows allowed.
    Raises:
        SheetRefused: the file has no content, no data or too many rows; or it holds too little for a roster.
    """
    chosen = choose_sheets(workbook, words, choices)
    if not chosen.parts:
        return Reading(Layout((), (), ()), None, questions=("sheets",), sheets=chosen.infos)
    first = chosen.parts[0]
    header = first.header or _without_words(first.grid, words, workbook.kind)
    header, confirmed_by = _with_confirmed(header, confirmed)
    headers = [_in_place(header, part) for part in chosen.parts]
    parts = [with_merged_filled(part.grid, own) for part, own in zip(chosen.parts, headers, strict=True)]
    merge_remarks = [remark for _, remarks in parts for remark in remarks]
    grids = [grid for grid, _ in parts]
    codes = find_codes(grids, headers, choices)
    questions = list(_open_questions(grids[0], header, words, choices, today, decided=bool(confirmed_by)))
    hidden, visible = _count_hidden(grids, headers, words, choices)
    if hidden and choices.hidden_rows is None:
        questions.append("hidden_rows")
    if codes:
        questions.append("codes")
    asked_columns = "columns" in questions
    layout = _guessed(grids[0], header, words, today) if asked_columns else _layout(grids[0], header)
    reading = Reading(
        layout,
        None,
        confirmed_by,
        tuple(questions),
        chosen.infos,
        header.row_no,
        _first_rows(grids[0]),
        codes,
        hidden,
        visible,
    )
    if questions:
        if asked_columns and not _could_be_a_roster(grids[0], header, words):
            raise _unknown(workbook.kind, header, words)
        return reading
    names = tuple(part.name for part in chosen.parts)
    sheet = _sheet(grids, names, headers, words, choices, limits)
    file_remarks = [Remark(message, missing=True) for message in workbook.remarks]
    remarks = (
        *file_remarks,
        *sheet.remarks,
        *chosen.remarks,
        *merge_remarks,
        *_remarks_on_pictures(grids),
        *_remarks_on_hidden_columns(grids[0], header),
    )
    return replace(reading, sheet=replace(sheet, remarks=remarks))


def _without_words(grid: Grid, words: Vocabulary, kind: str) -> Header:
    """Return the header of a sheet in which no known words stand: its first full row, unless that row is data."""
    rows = [header for header in read_headers(grid.rows, words) if any(header.texts.values())]
    full = [header for header in rows if sum(map(bool, header.texts.values())) >= max(2, len(words.required))]
    if not full:
        raise _unknown(kind, rows[0] if rows else None, words)
    texts = list(full[0].texts.values())
    below = [list(header.texts.values()) for header in full[1:2]]
    if looks_like_data(texts) or any(have_one_shape(texts, row) for row in below):
        return no_header(grid)
    return full[0]


def _with_confirmed(header: Header, confirmed: ConfirmedHeaders) -> tuple[Header, str]:
    """Return the header with the fields that a person has confirmed for it, and the person's name."""
    for fields, confirmed_by in confirmed([fingerprint(own_headers(header))]).values():
        return header.with_fields(fields), confirmed_by
    return header, ""


def _in_place(header: Header, part: Part) -> Header:
    """Return the header as it stands in a part: each sheet may have another number of rows above it."""
    if part.header is None:
        return header
    return replace(header, row_no=part.header.row_no, first_row=part.header.first_row)


def _open_questions(
    grid: Grid, header: Header, words: Vocabulary, choices: Choices, today: date, *, decided: bool
) -> Iterator[Question]:
    """Yield what has to be asked about the columns."""
    named = [field for field in header.fields.values() if field]
    present = {*named, *(field for field, value in choices.constants.items() if value)}
    missing = [field for field in words.required if field not in present]
    doubled = len(set(named)) < len(named)
    doubtful = not decided and any(
        header.fields.get(index) is None
        and text
        and not words.is_of_another(text)
        and words.base_field_of(text) not in (None, *named)
        for index, text in header.texts.items()
    )
    to_name = [field for field in missing if field not in words.constants]
    if not to_name and missing and not decided:
        guessed = guess_fields(
            own_headers(header), _columns(grid, header), words, today, header_fields(header)
        )
        to_name = [field for field in missing if field in guessed]
    if to_name or doubled or doubtful or (not header.row_no and not decided):
        yield "columns"
    elif missing:
        yield "class"


def _sheet(
    grids: Sequence[Grid],
    names: tuple[str, ...],
    headers: Sequence[Header],
    words: Vocabulary,
    choices: Choices,
    limits: Limits,
) -> RosterSheet:
    """Read the rows of all parts of a roster."""
    people: list[RosterRow] = []
    left_out: list[LeftOut] = []
    pictures: dict[int, str] = {}
    header = headers[0]
    for place, (grid, own) in enumerate(zip(grids, headers, strict=True)):
        found = divide_rows(grid, own, words, choices, offset=place * ROWS_OF_A_SHEET)
        people += found.people
        left_out += found.left_out
        pictures |= found.pictures
    check_number(len(people), limits)
    people, ditto = with_ditto(people, fill=choices.fill_ditto)
    texts = [header.texts[index] for index in header.own_columns]
    labels = {field: words.labels[field] for field in header.fields.values() if field} | header.labels
    remarks = (*_remarks_on_rows(left_out), *ditto, *_remarks_on_columns(header, words))
    return RosterSheet(header.fields, texts, labels, people, tuple(left_out), remarks, pictures, names)


def _remarks_on_rows(left_out: Sequence[LeftOut]) -> Iterator[Remark]:
    above = [row for row in left_out if row.reason == "above_header"]
    people = tuple(row.row_no for row in above if looks_like_data(row.texts) and len(row.texts) > 1)
    if people:
        text = msg("表头上方有 %(n)s 行像是人员，没有导入", n=len(people))
        yield Remark(text, missing=True, take="rows", rows=people)
    hidden = sum(row.reason == "hidden" for row in left_out)
    if hidden:
        yield Remark(msg("隐藏的 %(n)s 行没有导入", n=hidden), take="hidden_rows")
    others = [row for row in left_out if row.reason == "not_a_person"]
    if others:
        text = msg("另有 %(n)s 行不是人员（如合计、说明、签名），没有导入", n=len(others))
        yield Remark(text, take="rows", rows=tuple(row.row_no for row in others))
    repeated = sum(row.reason == "repeated_header" for row in left_out)
    if repeated:
        yield Remark(msg("表头在表格中重复出现 %(n)s 次，没有当作人员", n=repeated))


def _remarks_on_columns(header: Header, words: Vocabulary) -> Iterator[Remark]:
    others = [
        text.strip()
        for index, text in header.texts.items()
        if header.fields.get(index) is None and text and words.is_of_another(text)
    ]
    if others:
        labels = tuple(f"“{text}”" for text in others[:_QUOTED])
        yield Remark(msg("%(labels)s不是本人现在的信息，没有导入", labels=labels))


def _remarks_on_pictures(grids: Sequence[Grid]) -> Iterator[Remark]:
    lost = sum(grid.lost_pictures for grid in grids)
    if lost:
        yield Remark(msg("表格里有 %(n)s 张图片无法对应到人员，没有导入", n=lost))


def _remarks_on_hidden_columns(grid: Grid, header: Header) -> Iterator[Remark]:
    labels = tuple(
        f"“{header.texts[index].strip()}”"
        for index, field in header.fields.items()
        if field and index + 1 in grid.hidden_columns
    )
    if labels:
        yield Remark(msg("隐藏的列%(labels)s也已读取", labels=labels))


def _count_hidden(
    grids: Sequence[Grid], headers: Sequence[Header], words: Vocabulary, choices: Choices
) -> tuple[int, int]:
    """Return how many people stand in hidden rows, and how many in others."""
    if not any(grid.hidden_rows for grid in grids):
        return 0, 0
    hidden = visible = 0
    for grid, own in zip(grids, headers, strict=True):
        for row in divide_rows(grid, own, words, replace(choices, hidden_rows="all")).people:
            hidden += row.row_no in grid.hidden_rows
            visible += row.row_no not in grid.hidden_rows
    return hidden, visible


def _first_rows(grid: Grid) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the first rows as shown, for a person to point at the header."""
    rows = []
    for number, row in filled_rows(grid):
        rows.append(
            (number, tuple(display_text(cell).strip()[:_LONGEST_SAMPLE] for cell in row[:_SHOWN_COLUMNS]))
        )
        if len(rows) == _SHOWN_ROWS:
            break
    return tuple(rows)


def _unknown(kind: str, header: Header | None, words: Vocabulary) -> HeaderUnknown:
    if header is not None and header.known >= min(2, len(words.required)):
        missing = [field for field in words.required if field not in header.fields.values()]
        return unknown_header("missing_columns", {"missing": words.quoted(missing)})
    code = "no_header_in_text" if kind == "csv" else "no_header"
    return unknown_header(code, {"expected": words.quoted(words.required)})


def header_fields(header: Header) -> tuple[str | None, ...]:
    """Return the fields of the person's own columns, as far as the header says."""
    return tuple(header.fields.get(index) for index in header.own_columns)


def own_headers(header: Header) -> tuple[str, ...]:
    """Return the headers of the person's own columns."""
    return tuple(header.texts[index] for index in header.own_columns)


def _could_be_a_roster(grid: Grid, header: Header, words: Vocabulary) -> bool:
    named = sum(1 for text in header.texts.values() if text) if header.row_no else len(header.own_columns)
    return named >= max(2, len(words.required)) and any(any(row) for row in grid.rows[header.row_no :])


def _layout(grid: Grid, header: Header) -> Layout:
    columns = _columns(grid, header)
    return Layout(own_headers(header), header_fields(header), tuple(map(_samples, columns)))


def _guessed(grid: Grid, header: Header, words: Vocabulary, today: date) -> Layout:
    columns, texts = _columns(grid, header), own_headers(header)
    guessed = guess_fields(texts, columns, words, today, header_fields(header))
    return Layout(texts, guessed, tuple(map(_samples, columns)))


def _columns(grid: Grid, header: Header) -> list[list[Cell]]:
    """Return the first cells of the person's own columns, without empty ones."""
    rows = grid.rows[header.row_no : header.row_no + _EXAMINED_ROWS]
    return [
        [row[index] for row in rows if index < len(row) and row[index] is not None]
        for index in header.own_columns
    ]


def _samples(cells: Sequence[Cell]) -> tuple[str, ...]:
    shown: dict[str, None] = {}
    for cell in cells:
        text = display_text(cell).strip()[:_LONGEST_SAMPLE]
        if text:
            shown.setdefault(text)
        if len(shown) == SAMPLES:
            break
    return tuple(shown)
