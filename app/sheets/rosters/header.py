"""The header row of a roster, recognised by the words that programs of schools use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.refusals import unknown_header

SEARCHED_ROWS = 5
#: The columns that the problem workbook adds to those of the person.
ERROR_LABEL = "错误说明"
ROW_LABEL = "原行号"
_ADDED_LABELS = frozenset({ERROR_LABEL, ROW_LABEL})

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NOISE = re.compile(r"[\s*:._\u200b-\u200f\ufeff-]")


def normalised_header(text: str) -> str:
    """Return a header in lower case without marks, blanks and remarks: 「 学 号 *（必填）」 becomes 学号."""
    return _NOISE.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text))).lower()


class Vocabulary:
    """The words that identify the columns of one kind of roster.

    Args:
        labels: the header of each field in the template.
        required: the fields that a roster of this kind must have.
        synonyms: other words for each field, separated by blanks.
    """

    def __init__(
        self, labels: Mapping[str, str], required: Sequence[str], synonyms: Mapping[str, str]
    ) -> None:
        self.labels = labels
        self.required = tuple(required)
        self._fields = {
            normalised_header(word): field
            for field, label in labels.items()
            for word in (label, *synonyms.get(field, "").split())
        }

    def field_of(self, text: str) -> str | None:
        """Return the field that a header stands for, or None if the header is unknown."""
        return self._fields.get(normalised_header(text))

    def spellings(self, field: str) -> list[str]:
        """Return the words for a field in normalised form."""
        return [word for word, known_field in self._fields.items() if known_field == field]

    def quoted(self, fields: Sequence[str]) -> tuple[str, ...]:
        """Headers for a sentence, each in quotes."""
        return tuple(f"“{self.labels[field]}”" for field in fields)


@dataclass(frozen=True, slots=True)
class Header:
    """A header row and the fields of its columns.

    Args:
        row_no: the row, from 1.
        fields: the field of each column, by the column's index from 0; None for a column that is not read.
        texts: the headers as written, by the same index.
        own_columns: the indices of the person's own columns.
    """

    row_no: int
    fields: dict[int, str | None]
    texts: dict[int, str]
    own_columns: list[int]

    @property
    def labels(self) -> dict[str, str]:
        """The header of each field as the person wrote it, without its star."""
        return {field: self.texts[index].strip(" *＊") for index, field in self.fields.items() if field}


def find_header(rows: Sequence[Sequence[Cell]], kind: str, words: Vocabulary) -> Header:
    """Find the row with the most known headers among the first five.

    Args:
        rows: the sheet from its row 1.
        kind: the kind of the file; in a .csv a wrong encoding may have garbled the headers.
        words: the vocabulary of the expected roster.
    Raises:
        HeaderUnknown: there is no such row, a required column is missing, or two columns have the same field.
    """
    best = max(read_headers(rows, words), key=_known, default=None)
    if best is None or _known(best) < min(2, len(words.required)):
        raise unknown_header(
            "no_header_in_text" if kind == "csv" else "no_header", {"expected": words.quoted(words.required)}
        )
    _refuse_duplicates(best)
    missing = [field for field in words.required if field not in best.fields.values()]
    if missing:
        raise unknown_header("missing_columns", {"missing": words.quoted(missing)})
    return best


def read_headers(rows: Sequence[Sequence[Cell]], words: Vocabulary) -> list[Header]:
    """Return the first rows of a sheet, each read as a header."""
    return [_read(row_no, row, words) for row_no, row in enumerate(rows[:SEARCHED_ROWS], start=1)]


def _read(row_no: int, row: Sequence[Cell], words: Vocabulary) -> Header:
    texts = {index: " ".join(display_text(cell).split()) for index, cell in enumerate(row)}
    fields = {index: words.field_of(text) for index, text in texts.items() if len(text) < 40}
    own_columns = [index for index, text in texts.items() if normalised_header(text) not in _ADDED_LABELS]
    return Header(row_no, fields, texts, own_columns)


def _known(header: Header) -> int:
    return len({field for field in header.fields.values() if field})


def _refuse_duplicates(header: Header) -> None:
    seen: dict[str, int] = {}
    for index, field in header.fields.items():
        if field and field in seen:
            first = seen[field]
            raise unknown_header(
                "duplicate_columns",
                {
                    "first": first + 1,
                    "first_label": header.texts[first],
                    "second": index + 1,
                    "second_label": header.texts[index],
                },
            )
        if field:
            seen[field] = index
