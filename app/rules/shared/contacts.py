"""Mobile numbers and mail addresses."""

from __future__ import annotations

import re

from app.errors import msg
from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import Cell, Unreadable, code_text

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_SEPARATORS = re.compile(r"[-()\u2010-\u2015.]")
_COUNTRY = re.compile(r"(?:\+|00)?86(?=1\d{10}$)", re.ASCII)
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_LOCAL}@(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])")


def read_mobile(cell: Cell) -> str | None:
    """Read a mainland mobile number as its 11 digits; ``+86``, blanks and separators are accepted.

    Raises:
        Unreadable: the cell is not a mobile number.
    """
    text = code_text(cell)
    if not text:
        return None
    number = text if _MOBILE.fullmatch(text) else _COUNTRY.sub("", _SEPARATORS.sub("", text))
    if not _MOBILE.fullmatch(number):
        raise Unreadable(msg("应为 11 位手机号"))
    return number


def read_email(cell: Cell) -> str | None:
    """Read a mail address, in lower case: providers ignore case, and a login must not depend on it.

    Raises:
        Unreadable: the cell is not an address, or the address is too long.
    """
    text = code_text(cell)
    if not text:
        return None
    if len(text) > lengths.EMAIL:
        raise Unreadable(msg("超过 %(limit)s 个字符", limit=lengths.EMAIL))
    if not _EMAIL.fullmatch(text):
        raise Unreadable(msg("不是有效的邮箱地址"))
    return text.lower()
