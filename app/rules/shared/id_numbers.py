"""Citizen identity numbers (GB 11643-1999): region, birth date, sequence, check by ISO 7064 MOD 11-2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Literal

from app.errors import msg
from app.rules.shared.birth_dates import EARLIEST
from app.rules.shared.cells import Cell, Unreadable, code_text

Gender = Literal["male", "female"]

_SHAPE = re.compile(r"[0-9]{17}[0-9X]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_OFFSET = ord("0") * sum(_WEIGHTS)

#: First two digits: provinces by GB/T 2260, and 81-83 in residence permits for Hong Kong, Macao and Taiwan.
_PROVINCES = """
11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83
"""
_REGIONS = frozenset(_PROVINCES.split())
#: Permanent residence cards of foreigners (since 2023) have the same form and begin with 9.
_FOREIGNER = "9"


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A valid number with the birth date and gender of its holder."""

    number: str
    birth_date: date
    gender: Gender


def check_character(first17: str) -> str:
    """Return the check character of 17 digits, ``0``-``9`` or ``X`` (ISO 7064 MOD 11-2)."""
    return _CHECK[(sum(map(mul, _WEIGHTS, first17.encode("ascii"))) - _OFFSET) % 11]


def read_id_number(cell: Cell, today: date) -> IdNumber | None:
    """Read an identity number; a lower-case ``x``, blanks and full-width digits are normalised.

    Raises:
        Unreadable: part of the number is wrong, or Excel has cut it; the message says which.
    """
    number = code_text(cell).upper()
    if not number:
        return None
    if not _SHAPE.fullmatch(number):
        raise _misshapen(number)
    if number[:2] not in _REGIONS and number[0] != _FOREIGNER:
        raise Unreadable(msg("前两位不是有效的地区代码"))
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Unreadable(msg("其中的出生日期无效")) from None
    if not EARLIEST <= birth_date <= today:
        raise Unreadable(msg("其中的出生日期无效"))
    if check_character(number[:17]) != number[17]:
        raise Unreadable(msg("校验位不正确"))
    return IdNumber(number, birth_date, "male" if int(number[16]) % 2 else "female")


def _misshapen(number: str) -> Unreadable:
    if len(number) == 15 and number.isascii() and number.isdecimal():
        return Unreadable(msg("是 15 位的旧号码，请填写 18 位号码"))
    if len(number) != 18:
        return Unreadable(msg("应为 18 位，其他证件请留空"))
    return Unreadable(msg("应为 17 位数字加一位数字或 X"))
