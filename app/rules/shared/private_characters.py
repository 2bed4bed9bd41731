"""Private characters of Chinese encodings that have since got places of their own in Unicode.

GB 18030-2000 and GBK map some 90 characters to the Private Use Area (U+E5E5, U+E78D to U+E864); GB 18030-2005 and
GB 18030-2022 give the standard code points. Files of old programs still hold the private ones: 䶮 as U+E863.
"""

from __future__ import annotations

import re

#: U+E815 to U+E864 in order.
_FROM_E815 = (
    "\u2e81\U00020087\U00020089\U000200cc\u2e84\u3473\u3447\u2e88\u2e8b\u9fb4\u359e\u361a\u360e\u2e8c\u2e97\u396e\u3918\u9fb5\u39cf\u39df"
    "\u3a73\u39d0\u9fb6\u9fb7\u3b4e\u3c6e\u3ce0\u2ea7\U000215d7\u9fb8\u2eaa\u4056\u415f\u2eae\u4337\u2eb3\u2eb6\u2eb7\U0002298f\u43b1"
    "\u43ac\u2ebb\u43dd\u44d6\u4661\u464c\u9fb9\u4723\u4729\u477c\u478d\u2eca\u4947\u497a\u497d\u4982\u4983\u4985\u4986\u499f\u499b"
    "\u49b7\u49b6\u9fba\U000241fe\u4ca3\u4c9f\u4ca0\u4ca1\u4c77\u4ca2\u4d13\u4d14\u4d15\u4d16\u4d17\u4d18\u4d19\u4dae\u9fbb"
)
#: U+E78D to U+E796 in order: vertical forms.
_FROM_E78D = "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
_KNOWN = {
    0xE5E5: "\u3000",
    0xE7C7: "\u1e3f",
    0xE7C8: "\u01f9",
    **dict(enumerate(_FROM_E815, start=0xE815)),
    **dict(enumerate(_FROM_E78D, start=0xE78D)),
}
_PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U0010fffd]")


def holds_private(text: str) -> bool:
    """Return whether a text has a private character, known or not."""
    return _PRIVATE.search(text) is not None


def resolve_private(text: str) -> str:
    """Return the text with the known private characters as the characters that they stand for."""
    return text.translate(_KNOWN)


def first_known(text: str) -> str:
    """Return the first known private character as what it stands for, after the character before it, for a name."""
    place = next((place for place, character in enumerate(text) if ord(character) in _KNOWN), -1)
    if place < 0:
        return ""
    before = text[place - 1 : place]
    return (before if before.isalpha() else "") + _KNOWN[ord(text[place])]


def count_known(text: str) -> int:
    """Return the number of known private characters."""
    return sum(ord(character) in _KNOWN for character in _PRIVATE.findall(text))


def first_private(text: str) -> str:
    """Return the code of the first private character that remains, as ``U+E123``; "" without any."""
    found = _PRIVATE.search(text)
    return f"U+{ord(found[0]):04X}" if found else ""
