"""Words that people write where they have nothing to write: 无, -, 待定, NULL."""

from __future__ import annotations

import re

_LONGEST = 8
_WORDS = re.compile(
    r"[(（<\[]?(?:无|暂无|没有|未有|不详|不明|不清楚|暂缺|缺|空|空白|待定|待分班?|待补|待填|未定|未分班?|未填|未提供|不填|略|保密|"
    r"null|none|nan|nil|na|n/a|#n/a|undefined|同上|同前|ditto)[)）>\]]?|[-—–－―_/\\|.。…·*×〃″〞〟\"“”'’]+",
    re.IGNORECASE,
)
#: First characters of all these words; most cells are told from them by one look.
_FIRST = frozenset(" \t\u3000(（<[无暂没未不缺空待略保同nNuUdD#-—–－―_/\\|.。…·*×〃″〞〟\"“”'’")


def is_blank_word(text: str) -> bool:
    """Return whether a text says that there is no value, or stands for the value above."""
    return text[:1] in _FIRST and len(text) <= _LONGEST and _WORDS.fullmatch(text.strip()) is not None
