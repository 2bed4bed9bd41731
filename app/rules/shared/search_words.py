"""The words of a search as people mean them."""

from __future__ import annotations

from app.rules.shared.cells import code_spelling, without_marks

#: Words beyond these are ignored; each costs a look at every row of the list.
MOST_WORDS = 5


def search_words(text: str) -> list[tuple[str, ...]]:
    """Split a search into words.

    Invisible marks are left out, full-width letters and digits become plain ones, and so do full-width signs in a
    second spelling of a word that has them: ``ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ`` is a mail address, while the brackets
    of the class ``临床（1）班`` stay as they are.

    Args:
        text: what somebody typed.

    Returns:
        each word in the spellings that count as it, the typed one first; empty when nothing was typed.
    """
    typed = without_marks(text).split()[:MOST_WORDS]
    return [tuple(dict.fromkeys((word, code_spelling(word) or word))) for word in typed]
