"""Number formats of an .xls: which cells show something other than their value."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any

from app.sheets.reading.facts import SheetFacts, Shown, Unclear
from app.sheets.reading.number_formats import BUILTIN_CODES, may_differ, shown_text
from app.sheets.reading.xls.records import (
    FORMAT,
    FORMULA,
    MULTIPLE_RK,
    NUMBER,
    RK,
    XF,
    records,
    unsigned,
)

#: A cell of text under a format with words: row, column, and the format's code.
TextFormat = tuple[int, int, str]

#: Built-in formats that show the number as it is.
_PLAIN = frozenset({0, 1, 2, 3, 4, *range(5, 9), *range(37, 45)})
_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)})
_NO_SIGNS = re.compile(r'"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]|General|G/通用格式', re.IGNORECASE | re.DOTALL)
_DATE_SIGNS = re.compile(r"[ymdhs]", re.IGNORECASE)
#: The last day that spreadsheet programs know, 9999-12-31, as a number.
_LAST_DAY = 2_958_466
_TOO_WIDE = "########"
_UNICODE, _DIVIDED, _WHOLE = 1, 1, 2


def is_dated(code: str) -> bool:
    """Return whether a format code shows a date or a time of day."""
    return bool(_DATE_SIGNS.search(_NO_SIGNS.sub("", code)))


class Formats:
    """The number formats of a workbook.

    Args:
        stream: the workbook's stream, in BIFF8.
    """

    def __init__(self, stream: bytes) -> None:
        codes: dict[int, str] = dict(BUILTIN_CODES)
        numbers: list[int] = []
        for record, position, length, _ in records(stream, 0):
            if record == FORMAT:
                codes[unsigned(stream, position)] = _code(stream[position + 2 : position + length])
            elif record == XF:
                numbers.append(unsigned(stream, position + 2))
        #: By XF: the code if it may show something else, and whether it is a date.
        self._codes = [code if may_differ(code) else "" for code in (codes.get(key, "") for key in numbers)]
        self._dated = [key in _BUILTIN_DATES or is_dated(codes.get(key, "")) for key in numbers]
        #: Formats under which a cell must be looked at.
        self.of_interest = frozenset(
            index
            for index, key in enumerate(numbers)
            if key not in _PLAIN and (self._codes[index] or self._dated[index])
        )

    def code(self, index: int) -> str:
        """Return the code of an XF under which a cell may show something other than its value; else ""."""
        return self._codes[index] if index < len(self._codes) else ""

    def shown(self, row: int, column: int, index: int, number: float) -> tuple[Shown | None, Unclear | None]:
        """Return what a number shows, if it is another text, and if that is not certain."""
        if self._dated[index] and not 0 <= number < _LAST_DAY:
            return None, (row, column, f"{number:.15g}", _TOO_WIDE)
        outcome, text = shown_text(number, self._codes[index]) if self._codes[index] else ("plain", "")
        if outcome == "text":
            return (row, column, text), None
        return None, ((row, column, f"{number:.15g}", text) if outcome == "unclear" else None)


def with_texts(facts: SheetFacts, texts: list[TextFormat], rows: list[list[Any]]) -> SheetFacts:
    """Return the facts with what texts show to which their format adds words.

    Args:
        facts: the facts about a sheet.
        texts: the cells of text under such a format.
        rows: the sheet's cells.
    """
    shown, unclear = list(facts.shown), list(facts.unclear)
    for row, column, code in texts:
        value = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
        if not isinstance(value, str) or not value:
            continue
        outcome, text = shown_text(value, code)
        if outcome == "text":
            shown.append((row, column, text))
        elif outcome == "unclear":
            unclear.append((row, column, value, text))
    return facts._replace(shown=shown, unclear=unclear)


def numbers_of(stream: bytes, record: int, position: int, length: int) -> Iterator[tuple[int, int, float]]:
    """Yield the numbers of a record: the column, the position of its XF, and the number.

    Results of formulas that are no numbers are passed over.
    """
    column = unsigned(stream, position + 2)
    if record == MULTIPLE_RK:
        for place in range(position + 4, position + length - 2, 6):
            yield column, place, _rk(stream, place + 2)
            column += 1
    elif record == RK:
        yield column, position + 4, _rk(stream, position + 6)
    elif record == NUMBER or (record == FORMULA and stream[position + 12 : position + 14] != b"\xff\xff"):
        yield column, position + 4, struct.unpack_from("<d", stream, position + 6)[0]


def _rk(stream: bytes, position: int) -> float:
    """Return a number in four bytes ([MS-XLS] 2.5.218)."""
    (raw,) = struct.unpack_from("<i", stream, position)
    number = (
        float(raw >> 2) if raw & _WHOLE else struct.unpack("<d", struct.pack("<iI", 0, raw & 0xFFFFFFFC))[0]
    )
    return number / 100 if raw & _DIVIDED else number


def _code(data: bytes) -> str:
    count, options = struct.unpack_from("<HB", data)
    if options & _UNICODE:
        return data[3 : 3 + 2 * count].decode("utf-16-le", "replace")
    return data[3 : 3 + count].decode("latin-1")
