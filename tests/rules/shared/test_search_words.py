"""The words of a search text."""

from __future__ import annotations

import pytest

from app.rules.shared.search_words import MOST_WORDS, search_words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", []),
        (" \u3000\t\n", []),
        ("\x00\u200b", []),
        ("李 四", [("李",), ("四",)]),
        ("李\u3000四", [("李",), ("四",)]),
        ("李\x1f四", [("李",), ("四",)]),
        ("李\x00四", [("李四",)]),
        ("ｌｉ２０２６", [("li2026",)]),
        ("ｌｉ＠ｅｘ．ｃｏｍ", [("li＠ex．com", "li@ex.com")]),
        ("临床（１）班", [("临床（1）班", "临床(1)班")]),
        ("'20260001", [("'20260001", "20260001")]),
        ("'", [("'",)]),
        ("#REF! 1.2E+17", [("#REF!",), ("1.2E+17",)]),
        ("%_\\", [("%_\\",)]),
    ],
)
def test_a_search_is_split_as_it_is_meant(typed: str, words: list[tuple[str, ...]]) -> None:
    assert search_words(typed) == words


def test_words_beyond_the_most_are_ignored() -> None:
    assert search_words("a b c d e f g") == [(letter,) for letter in "abcdefg"[:MOST_WORDS]]


def test_brackets_are_searched_in_both_widths() -> None:
    assert "李彦（小）" in search_words("李彦(小)")[0]
    assert "李彦(小)" in search_words("李彦（小）")[0]
