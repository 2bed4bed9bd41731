"""Rosters whose columns a person names: samples of the columns, and reading by confirmed fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.refusals import HeaderUnknown
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.findings import Question, SheetInfo
from app.sheets.rosters.guessing import guess_fields
from app.sheets.rosters.header import Header, Vocabulary, find_header, normalised_header, read_headers
from app.sheets.rosters.read import RosterSheet, only_grid, read_rows

SAMPLES = 3
#: The number of rows that are examined for samples and guesses.
_EXAMINED_ROWS = 50
_LONGEST_SAMPLE = 60

Fields = tuple[str | None, ...]
NO_CHOICES = Choices()


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
        confirmed_by: the person whose confirmation was used, "" when the header was recognised.
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
    """Return a digest of a header in normalised form."""
    words = [normalised_header(text) for text in header]
    while words and not words[-1]:
        words.pop()
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def read_columns(
    workbook: Workbook,
    words: Vocabulary,
    confirmed: ConfirmedHeaders,
    today: date,
    choices: Choices = NO_CHOICES,  # noqa: ARG001 - until the rosters follow them
    limits: Limits = LIMITS,
) -> Reading:
    """Read a roster by the fields that were confirmed for its header, else by the header itself.

    Args:
        workbook: as returned by ``read_workbook``.
        words: the vocabulary of the expected roster.
        confirmed: looks up the confirmed fields.
        today: the school's date.
        choices: what a person has decided about the file.
        limits: the number of rows allowed.
    Raises:
        SheetRefused: as ``only_grid`` and ``read_rows``; an unknown header only when the file holds too little for a
            roster.
    """
    grid = only_grid(workbook)
    candidates = read_headers(grid.rows, words)
    prints = {fingerprint(own_headers(header)): header for header in reversed(candidates)}
    for found, (fields, confirmed_by) in confirmed(list(prints)).items():
        header = prints[found]
        by_index: dict[int, str | None] = dict.fromkeys(header.fields)
        by_index |= dict(zip(header.own_columns, fields, strict=False))
        header = replace(header, fields=by_index)
        return Reading(_layout(grid, header), read_rows(grid, header, words, limits), confirmed_by)
    try:
        header = find_header(grid.rows, workbook.kind, words)
    except HeaderUnknown:
        header = _likely_header(candidates)
        if not _could_be_a_roster(grid, header, words):
            raise
        return Reading(_guessed(grid, header, words, today), None, questions=("columns",))
    return Reading(_layout(grid, header), read_rows(grid, header, words, limits))


def own_headers(header: Header) -> tuple[str, ...]:
    """Return the headers of the person's own columns."""
    return tuple(header.texts[index] for index in header.own_columns)


def _likely_header(candidates: Sequence[Header]) -> Header:
    """Return the row with the most different texts, the first of several; a title above the header has only one."""

    def words(header: Header) -> int:
        return len({text for text in header.texts.values() if text and not text.isdigit()})

    return max(candidates, key=lambda header: (words(header), -header.row_no))


def _could_be_a_roster(grid: Grid, header: Header, words: Vocabulary) -> bool:
    named = sum(1 for text in header.texts.values() if text)
    return named >= max(2, len(words.required)) and any(any(row) for row in grid.rows[header.row_no :])


def _layout(grid: Grid, header: Header) -> Layout:
    columns = _columns(grid, header)
    fields = tuple(header.fields.get(index) for index in header.own_columns)
    return Layout(own_headers(header), fields, tuple(map(_samples, columns)))


def _guessed(grid: Grid, header: Header, words: Vocabulary, today: date) -> Layout:
    columns, texts = _columns(grid, header), own_headers(header)
    return Layout(texts, guess_fields(texts, columns, words, today), tuple(map(_samples, columns)))


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
