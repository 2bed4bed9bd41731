"""Names, student numbers, classes and majors as entered in forms and sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.errors import msg
from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import Cell, Unreadable, code_text, normalised_text

_STUDENT_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]*")
_CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BLANK_BESIDE_CJK = re.compile(rf"(?<=[{_CJK}·]) | (?=[{_CJK}·])")
_DOTS = re.compile(r"[•・‧∙⋅･●]")
_LOST = re.compile(r"[\ue000-\uf8ff\ufffd]")


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
        raise Unreadable(msg("含有无法识别的字符，请重新输入"))
    return text


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


def read_student_no(cell: Cell) -> str | None:
    """Read a 学号 as written, without its unit code being looked at.

    Raises:
        Unreadable: other characters than letters, digits, ``-``, ``_`` and ``.``, too long, or cut by Excel.
    """
    number = code_text(cell)
    if not number:
        return None
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
