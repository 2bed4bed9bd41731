"""Files whose columns a person has to name: what stands in them, and reading them by what was said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.refusals import HeaderUnknown
from app.sheets.reading.workbook import Grid, Workbook
from app.sheets.rosters.guessing import guess_fields
from app.sheets.rosters.header import Header, Vocabulary, bare, find_header, read_headers
from app.sheets.rosters.read import RosterSheet, only_grid, read_rows

SAMPLES = 3
#: Rows that are looked at for samples and guesses.
_LOOKED_AT = 50
_LONGEST_SAMPLE = 60

Fields = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The person's own columns, in the file's order.

    Args:
        header: the words above them, "" where there are none.
        fields: what each is read as, or is guessed to be; None for one that is not read.
        samples: up to three different values of each, as the person sees them.
    """

    header: tuple[str, ...]
    fields: Fields
    samples: tuple[tuple[str, ...], ...]

    @property
    def fingerprint(self) -> str:
        """What another file with the same header has in common with this one."""
        return fingerprint(self.header)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as far as it could be read; without a ``sheet`` somebody has to say which column is what.

    Args:
        said_by: whose confirmation was followed, "" when the header spoke for itself.
    """

    layout: Layout
    sheet: RosterSheet | None
    said_by: str = ""


#: Fingerprints of headers to what was confirmed for them, and by whom.
Remembered = Callable[[Sequence[str]], Mapping[str, tuple[Fields, str]]]


def fingerprint(header: Sequence[str]) -> str:
    """A digest of the words of a header, without marks and blanks."""
    words = [bare(text) for text in header]
    while words and not words[-1]:
        words.pop()
    return hashlib.sha256(json.dumps(words, ensure_ascii=False).encode()).hexdigest()


def read_columns(
    workbook: Workbook, words: Vocabulary, remembered: Remembered, today: date, limits: Limits = LIMITS
) -> Reading:
    """Read a roster by what was confirmed for its header before, else by the header's own words.

    Args:
        workbook: as ``read_workbook`` gave it.
        words: of the roster that is expected.
        remembered: looks up what was confirmed.
        today: the school's date.
        limits: how many rows are allowed.
    Raises:
        SheetRefused: as ``only_grid`` and ``read_rows``; an unknown header only when the file holds too little for a
            roster.
    """
    grid = only_grid(workbook)
    candidates = read_headers(grid.rows, words)
    prints = {fingerprint(own_texts(header)): header for header in reversed(candidates)}
    for found, (fields, said_by) in remembered(list(prints)).items():
        header = prints[found]
        by_index: dict[int, str | None] = dict.fromkeys(header.fields)
        by_index |= dict(zip(header.kept, fields, strict=False))
        header = replace(header, fields=by_index)
        return Reading(_layout(grid, header), read_rows(grid, header, words, limits), said_by)
    try:
        header = find_header(grid.rows, workbook.kind, words)
    except HeaderUnknown:
        header = _likely_header(candidates)
        if not _could_be_a_roster(grid, header, words):
            raise
        return Reading(_guessed(grid, header, words, today), None)
    return Reading(_layout(grid, header), read_rows(grid, header, words, limits))


def own_texts(header: Header) -> tuple[str, ...]:
    """The words above the person's own columns."""
    return tuple(header.texts[index] for index in header.kept)


def _likely_header(candidates: Sequence[Header]) -> Header:
    """The row with the most words of its own, the first of several; a title above it has one."""

    def words(header: Header) -> int:
        return len({text for text in header.texts.values() if text and not text.isdigit()})

    return max(candidates, key=lambda header: (words(header), -header.row_no))


def _could_be_a_roster(grid: Grid, header: Header, words: Vocabulary) -> bool:
    named = sum(1 for text in header.texts.values() if text)
    return named >= max(2, len(words.required)) and any(any(row) for row in grid.rows[header.row_no :])


def _layout(grid: Grid, header: Header) -> Layout:
    columns = _columns(grid, header)
    fields = tuple(header.fields.get(index) for index in header.kept)
    return Layout(own_texts(header), fields, tuple(map(_samples, columns)))


def _guessed(grid: Grid, header: Header, words: Vocabulary, today: date) -> Layout:
    columns, texts = _columns(grid, header), own_texts(header)
    return Layout(texts, guess_fields(texts, columns, words, today), tuple(map(_samples, columns)))


def _columns(grid: Grid, header: Header) -> list[list[Cell]]:
    """The first cells of the person's own columns, empty ones left out."""
    rows = grid.rows[header.row_no : header.row_no + _LOOKED_AT]
    return [
        [row[index] for row in rows if index < len(row) and row[index] is not None] for index in header.kept
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
