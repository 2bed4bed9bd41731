"""Terms of the Chinese academic year: August to January, and February to July."""

from __future__ import annotations

import re
from datetime import date

from app.errors import Message, msg

_TERM = re.compile(r"(\d{4})-(\d{4})-([12])", re.ASCII)
_FIRST_TERM_BEGINS = 8
_SECOND_TERM_BEGINS = 2


def term_of(day: date) -> str:
    """Return the term of a day, such as ``2026-2027-1``."""
    if day.month >= _FIRST_TERM_BEGINS:
        return f"{day.year}-{day.year + 1}-1"
    half = 2 if day.month >= _SECOND_TERM_BEGINS else 1
    return f"{day.year - 1}-{day.year}-{half}"


def is_term(text: str) -> bool:
    """Return whether the text is a term whose second year follows the first."""
    match = _TERM.fullmatch(text)
    return match is not None and int(match[2]) == int(match[1]) + 1


def terms_around(day: date, before: int = 1, after: int = 4) -> list[str]:
    """Return the terms that a form offers on a day: past ones, the current one and future ones."""
    year, half = day.year, 0 if day.month >= _FIRST_TERM_BEGINS else -1
    if half and day.month < _SECOND_TERM_BEGINS:
        half = -2
    first = 2 * year + half
    return [
        f"{number // 2}-{number // 2 + 1}-{number % 2 + 1}"
        for number in range(first - before, first + after + 1)
    ]


def term_label(term: str) -> Message:
    """Return the term in words: 2026—2027 学年第一学期.

    Raises:
        ValueError: the text is not a term.
    """
    match = _TERM.fullmatch(term)
    if match is None:
        raise ValueError(term)
    first, last, half = match.groups()
    if half == "1":
        return msg("%(first)s—%(last)s 学年第一学期", first=first, last=last)
    return msg("%(first)s—%(last)s 学年第二学期", first=first, last=last)
