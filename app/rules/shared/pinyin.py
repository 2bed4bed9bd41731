"""Pinyin of names, so that searches find them by sound: ``wangxiaoming`` and ``wxm`` for 王小明."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any, cast

from pypinyin import Style, lazy_pinyin

#: Surnames that are pronounced differently from the same characters elsewhere.
_SURNAMES = {
    "单": "shan", "解": "xie", "曾": "zeng", "查": "zha", "仇": "qiu", "区": "ou", "盖": "ge", "任": "ren",
    "华": "hua", "纪": "ji", "缪": "miao", "朴": "piao", "尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu",
    "乐": "yue", "覃": "qin", "员": "yun", "翟": "zhai", "种": "chong", "重": "chong", "秘": "bi",
    "冼": "xian", "折": "she", "黑": "he", "逄": "pang", "召": "shao", "长孙": "zhang sun", "澹台": "tan tai",
}  # fmt: skip

#: Widths of the columns that hold the two forms.
FULL_LENGTH = 400
INITIALS_LENGTH = 64


@lru_cache(maxsize=20_000)
def _syllable(character: str) -> str:
    return lazy_pinyin(character, style=Style.NORMAL, errors="default")[0]


@lru_cache(maxsize=50_000)
def pinyin_of(name: str) -> tuple[str, str]:
    """Return the pinyin of a person's name.

    Args:
        name: the name as written; Latin letters and digits are kept, other signs are dropped.

    Returns:
        The syllables run together, and their initials, both lower-case ASCII: ``("wangxiaoming", "wxm")``.
    """
    text = unicodedata.normalize("NFKC", name).strip()
    surname = next((text[:n] for n in (2, 1) if text[:n] in _SURNAMES), "")
    syllables = _SURNAMES[surname].split() if surname else []
    syllables += [_syllable(character) for character in text[len(surname) :]]
    return _joined(syllables)


@lru_cache(maxsize=2_000)
def pinyin_of_title(title: str) -> tuple[str, str]:
    """Return the pinyin of the name of a school or a course, read by words: 重庆 is ``chongqing``.

    Returns:
        The same as ``pinyin_of``.
    """
    text = unicodedata.normalize("NFKC", title).strip()
    # the library takes a list as several syllables, but its types allow only a string
    return _joined(lazy_pinyin(text, style=Style.NORMAL, errors=cast(Any, list)))


def _joined(syllables: list[str]) -> tuple[str, str]:
    plain = [_ascii(syllable) for syllable in syllables]
    full = "".join(plain)
    initials = "".join(syllable[:1] for syllable in plain)
    return full[:FULL_LENGTH], initials[:INITIALS_LENGTH]


def _ascii(syllable: str) -> str:
    letters = unicodedata.normalize("NFKD", syllable).lower()
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum())
