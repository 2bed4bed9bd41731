"""Which column holds what: the header row, found by the words that schools' programs use."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.rules.shared.cells import Cell, display_text
from app.sheets.reading.refusals import unknown_header

SEARCHED_ROWS = 5
#: Columns that our problem workbook adds; they are not the person's.
ERROR_LABEL = "错误说明"
ROW_LABEL = "原行号"
_OURS = frozenset({ERROR_LABEL, ROW_LABEL})

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_NOISE = re.compile(r"[\s*:._\u200b-\u200f\ufeff-]")


def bare(text: str) -> str:
    """A header without its marks: 「 学 号 *（必填）」 is 学号."""
    return _NOISE.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text))).lower()


class Vocabulary:
    """The words by which the columns of one kind of roster are known.

    Args:
        labels: field to its header in the template.
        required: fields without which a file is no such roster.
        synonyms: field to other words for it, with blanks between.
    """

    def __init__(
        self, labels: Mapping[str, str], required: Sequence[str], synonyms: Mapping[str, str]
    ) -> None:
        self.labels = labels
        self.required = tuple(required)
        self._fields = {
            bare(word): field
            for field, label in labels.items()
            for word in (label, *synonyms.get(field, "").split())
        }

    def field_of(self, text: str) -> str | None:
        """The field that a header means, if it is known."""
        return self._fields.get(bare(text))

    def spellings(self, field: str) -> list[str]:
        """The words for a field, without their marks."""
        return [word for word, meant in self._fields.items() if meant == field]

    def quoted(self, fields: Sequence[str]) -> tuple[str, ...]:
        """Headers for a sentence, each in quotes."""
        return tuple(f"“{self.labels[field]}”" for field in fields)


@dataclass(frozen=True, slots=True)
class Header:
    """A header row and what its columns mean.

    Args:
        row_no: the row, from 1.
        fields: by index of the column from 0: the field, or None for a column that is not read.
        texts: the words as written, by the same index.
        kept: indices of the person's own columns.
    """

    row_no: int
    fields: dict[int, str | None]
    texts: dict[int, str]
    kept: list[int]

    @property
    def labels(self) -> dict[str, str]:
        """Field to the header as the person wrote it, without its star."""
        return {field: self.texts[index].strip(" *＊") for index, field in self.fields.items() if field}


def find_header(rows: Sequence[Sequence[Cell]], kind: str, words: Vocabulary) -> Header:
    """Find the row with the most known words among the first five.

    Args:
        rows: the sheet from its row 1.
        kind: of the file; in a .csv the words may be known ones in a wrong encoding.
        words: of the roster that is expected.
    Raises:
        HeaderUnknown: no such row, a required column is missing, or two columns hold the same thing.
    """
    best = max(read_headers(rows, words), key=_known, default=None)
    if best is None or _known(best) < min(2, len(words.required)):
        raise unknown_header(
            "no_header_in_text" if kind == "csv" else "no_header", {"expected": words.quoted(words.required)}
        )
    _refuse_doubles(best)
    missing = [field for field in words.required if field not in best.fields.values()]
    if missing:
        raise unknown_header("missing_columns", {"missing": words.quoted(missing)})
    return best


def read_headers(rows: Sequence[Sequence[Cell]], words: Vocabulary) -> list[Header]:
    """The first rows of a sheet, each as if it was the header."""
    return [_read(row_no, row, words) for row_no, row in enumerate(rows[:SEARCHED_ROWS], start=1)]


def _read(row_no: int, row: Sequence[Cell], words: Vocabulary) -> Header:
    texts = {index: " ".join(display_text(cell).split()) for index, cell in enumerate(row)}
    fields = {index: words.field_of(text) for index, text in texts.items() if len(text) < 40}
    kept = [index for index, text in texts.items() if bare(text) not in _OURS]
    return Header(row_no, fields, texts, kept)


def _known(header: Header) -> int:
    return len({field for field in header.fields.values() if field})


def _refuse_doubles(header: Header) -> None:
    seen: dict[str, int] = {}
    for index, field in header.fields.items():
        if field and field in seen:
            first = seen[field]
            raise unknown_header(
                "double_columns",
                {
                    "first": first + 1,
                    "first_label": header.texts[first],
                    "second": index + 1,
                    "second_label": header.texts[index],
                },
            )
        if field:
            seen[field] = index
