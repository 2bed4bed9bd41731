"""Names, student numbers, classes and majors as entered in forms and sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NoReturn

from app.errors import msg
from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import (
    Cell,
    CellFlaw,
    UnclearCell,
    Unreadable,
    code_text,
    display_text,
    normalised_text,
)
from app.rules.shared.private_characters import first_private

_STUDENT_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]*")
_CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BLANK_BESIDE_CJK = re.compile(rf"(?<=[{_CJK}·]) | (?=[{_CJK}·])")
_DOTS = re.compile(rf"[•・‧∙⋅･●．]|(?<=[{_CJK}])\.(?=[{_CJK}])")
#: Digits in a row, or a mail address: a 学号, a phone number or a date, but no name.
_NO_NAME = re.compile(r"\d{4}|[@\"<>{}]", re.ASCII)
_SHORTEST_NAME = 2
#: A number with a fraction; short texts such as 2024.1 may be codes.
_FRACTION = re.compile(r"\d+\.\d+", re.ASCII)
_LONGEST_FRACTION = 9
_LOST = re.compile(r"[\ue000-\uf8ff\ufffd\U000f0000-\U0010fffd]")


def read_line(cell: Cell, limit: int) -> str | None:
    """Read a line of text.

    Args:
        cell: any cell; blanks are trimmed and collapsed.
        limit: the most characters allowed.
    Raises:
        Unreadable: the text is too long, or has characters that an encoding has destroyed.
    """
    text = normalised_text(cell)
    if not text:
        return None
    if len(text) > limit:
        raise Unreadable(msg("超过 %(limit)s 个字符", limit=limit))
    if not text.isascii() and _LOST.search(text):
        _refuse_lost(text)
    return text


def _refuse_lost(text: str) -> NoReturn:
    code = first_private(text)
    if code:
        raise Unreadable(
            msg("含有无法识别的字符（编码 %(code)s），请用输入法重新输入这个字，或改用通用的写法", code=code)
        )
    raise Unreadable(msg("含有无法识别的字符，请重新输入"))


def read_name(cell: Cell, limit: int = lengths.NAME) -> str | None:
    """Read a person's name: blanks beside Chinese characters are padding and go, ``·`` is spelt one way.

    Raises:
        Unreadable: the text is too long, or has characters that an encoding has destroyed.
    """
    name = read_line(cell, limit)
    if name is None:
        return None
    if " " in name:
        name = _BLANK_BESIDE_CJK.sub("", name)
    if "?" in name or "？" in name:
        raise Unreadable(msg("含有无法识别的字符，请重新输入"))
    return name if name.isascii() else _DOTS.sub("·", name)


def read_real_name(cell: Cell) -> str | None:
    """Read the name of a person in a roster.

    Raises:
        Unreadable: as ``read_name``; or the cell holds a number, a date or a code instead of a name, or a single
            character.
    """
    if cell is not None and not isinstance(cell, str | CellFlaw | UnclearCell):
        raise Unreadable(msg("不是姓名，而是%(value)s，请检查各列是否错位", value=display_text(cell)))
    name = read_name(cell.lstrip("'") if isinstance(cell, str) else cell)
    if name is None:
        return None
    letters = sum(map(str.isalpha, name))
    if not letters or _NO_NAME.search(name):
        raise Unreadable(msg("不像姓名，请检查各列是否错位"))
    if letters < _SHORTEST_NAME:
        raise Unreadable(msg("姓名只有一个字，请填写完整的姓名"))
    return name


def read_student_no(cell: Cell) -> str | None:
    """Read a 学号 as written, without its unit code being looked at.

    Raises:
        Unreadable: other characters than letters, digits, ``-``, ``_`` and ``.``, too long, or cut by Excel.
    """
    number = code_text(cell)
    if not number:
        return None
    if _FRACTION.fullmatch(number) and (isinstance(cell, float) or len(number) > _LONGEST_FRACTION):
        raise Unreadable(msg("是小数 %(value)s，请将该列设为文本后重新填写", value=number))
    if isinstance(cell, bool | date):
        raise Unreadable(msg("不是学号，而是%(value)s，请将该列设为文本后重新填写", value=display_text(cell)))
    if not _STUDENT_NO.fullmatch(number):
        raise Unreadable(msg("只能包含字母、数字和“-”“_”“.”"))
    if len(number) > lengths.STUDENT_NO:
        raise Unreadable(msg("超过 %(limit)s 个字符", limit=lengths.STUDENT_NO))
    return number


def first_few(texts: Sequence[str], most: int) -> tuple[str, ...]:
    """Return the first items of a list for a message, with ``…`` after the last one if there are more."""
    if len(texts) <= most:
        return tuple(texts)
    *first, last = texts[:most]
    return (*first, f"{last}…")
