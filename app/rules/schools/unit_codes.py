"""Unit codes (单位代码): five digits, with which every 学号 of a school begins (manual 4.2, rule 1)."""

from __future__ import annotations

import re
import unicodedata

from app.errors import Message, msg

LENGTH = 5
_CODE = re.compile(r"\d{5}", re.ASCII)


def tidy_unit_code(text: str) -> str:
    """Return the text with half-width digits and without blanks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def unit_code_problem(unit_code: str) -> Message | None:
    """Return why the text is not a unit code; ``None`` if it is one."""
    if not _CODE.fullmatch(unit_code):
        return msg("单位代码应为 %(length)s 位数字", length=LENGTH)
    return None
