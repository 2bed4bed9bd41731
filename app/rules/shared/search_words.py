"""The words of a search, in the spellings that match."""

from __future__ import annotations

from app.rules.shared.cells import code_spelling, without_marks

#: Further words are ignored, because each one is compared with every row of the list.
MOST_WORDS = 5
_WIDE_BRACKETS = str.maketrans("()", "（）")


def search_words(text: str) -> list[tuple[str, ...]]:
    """Split a search into words.

    Invisible characters are removed, and full-width letters and digits become plain ones. Words with full-width signs
    get a second spelling with plain signs: ``ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ`` is a mail address. Words with brackets get
    both widths of them, because texts are stored as they were written: ``临床(1)班`` finds ``临床（1）班``.

    Args:
        text: the text of the search field.

    Returns:
        For each word the spellings that match it, the entered one first; empty for an empty search.
    """
    words = without_marks(text).split()[:MOST_WORDS]
    return [
        tuple(dict.fromkeys((word, code_spelling(word) or word, word.translate(_WIDE_BRACKETS))))
        for word in words
    ]
