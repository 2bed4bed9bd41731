"""Gender, entry year and length of study in the spellings that people use."""

from __future__ import annotations

import re
from datetime import date

from app.errors import msg
from app.rules.shared.cells import Cell, Unreadable, code_text
from app.rules.shared.id_numbers import Gender

FIRST_ENTRY_YEAR = 1950
LONGEST_STUDY = 10

_GENDERS: dict[str, Gender] = {
    **dict.fromkeys(("男", "男性", "男生", "male", "m", "1"), "male"),
    **dict.fromkeys(("女", "女性", "女生", "female", "f", "2"), "female"),
}
_YEAR = re.compile(r"(\d{4})(?:年级?|级)?", re.ASCII)
_YEARS = re.compile(r"(\d{1,2}|[一二三四五六七八九十])(?:年制?|学年)?", re.ASCII)
_NUMERALS = {numeral: number for number, numeral in enumerate("一二三四五六七八九十", start=1)}


def read_gender(cell: Cell) -> Gender | None:
    """Read 男 or 女, also in English and as 1 or 2 (GB/T 2261.1).

    Raises:
        Unreadable: the cell has another text.
    """
    text = code_text(cell)
    if not text:
        return None
    gender = _GENDERS.get(text) or _GENDERS.get(text.lower())
    if gender is None:
        raise Unreadable(msg("应为“男”或“女”"))
    return gender


def read_entry_year(cell: Cell, today: date) -> int | None:
    """Read the year of entry: 2016, 2016级, 2016年; from 1950 to next year.

    Raises:
        Unreadable: the cell is not a year, or not a plausible one.
    """
    text = code_text(cell)
    if not text:
        return None
    match = _YEAR.fullmatch(text)
    if match is None or not FIRST_ENTRY_YEAR <= int(match[1]) <= today.year + 1:
        raise Unreadable(msg("应为四位年份，如 2016"))
    return int(match[1])


def read_study_years(cell: Cell) -> int | None:
    """Read the length of study in years, 1 to 10: 5, 5年, 五年制.

    Raises:
        Unreadable: the cell has another text.
    """
    text = code_text(cell)
    if not text:
        return None
    match = _YEARS.fullmatch(text)
    years = (_NUMERALS.get(match[1]) or int(match[1])) if match else 0
    if not 1 <= years <= LONGEST_STUDY:
        raise Unreadable(msg("应为 1 到 10 的数字，如 5"))
    return years
