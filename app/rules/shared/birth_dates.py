"""Birth dates in the spellings that people use."""

from __future__ import annotations

import re
from datetime import date, datetime

from app.errors import msg
from app.rules.shared.cells import Cell, Unreadable, code_text, normalised_text

EARLIEST = date(1900, 1, 1)

_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_PARTS = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?",
    re.ASCII,
)
_MONTH = re.compile(r"\d{4}(?:0[1-9]|1[0-2])|\d{4}[-/.年]\d{1,2}月?", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)


def read_birth_date(cell: Cell, today: date) -> date | None:
    """Read a birth date: 19901012, 1990-10-12, 1990/10/12, 1990.10.12, 1990年10月12日, or a date cell.

    Raises:
        Unreadable: the day is missing or does not exist, the cell is a bare serial number of Excel, or the date is
            not a possible birthday.
    """
    if isinstance(cell, datetime):
        return _plausible(cell.date(), today)
    if isinstance(cell, date):
        return _plausible(cell, today)
    compact = code_text(cell)
    if not compact:
        return None
    match = _DAY.fullmatch(compact) or _PARTS.fullmatch(compact) or _PARTS.fullmatch(normalised_text(cell))
    if match is None:
        raise _misspelt(compact)
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise Unreadable(msg("没有这一天，请检查年月日")) from None
    return _plausible(day, today)


def _plausible(day: date, today: date) -> date:
    if not EARLIEST <= day <= today:
        raise Unreadable(msg("不是合理的出生日期"))
    return day


def _misspelt(text: str) -> Unreadable:
    if _SERIAL.fullmatch(text):
        return Unreadable(msg("这是 Excel 的日期序号，请按 19901012 的写法填写"))
    if _MONTH.fullmatch(text):
        return Unreadable(msg("缺少日，请按 19901012 的写法填写"))
    return Unreadable(msg("日期写法无法识别，请按 19901012 的写法填写"))
