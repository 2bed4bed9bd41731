"""The comparison of two versions of a text for a reviewer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.courses import text_diff
from app.rules.courses.text_diff import Line, Piece, compare, lines_of_markup

TEXTS = st.lists(st.text(st.sampled_from("课程心肺 ab1。"), min_size=1, max_size=12), max_size=6)


def side(lines: list[Line], kind: str) -> list[str]:
    """One version put together again."""
    picked = [[piece.text for piece in line if piece.kind in ("same", kind)] for line in lines]
    return ["".join(pieces) for pieces in picked if pieces]


@given(TEXTS, TEXTS)
@settings(max_examples=80)
def test_both_versions_can_be_read_out_of_the_comparison(old: list[str], new: list[str]) -> None:
    lines = compare(old, new, context=None)
    assert side(lines, "removed") == old
    assert side(lines, "added") == new


def test_a_rewritten_line_shows_its_words_a_replaced_one_both_lines() -> None:
    (line,) = compare(["讲授心脏的体格检查"], ["讲授心脏和肺部的体格检查"])
    assert Piece("added", "和肺部") in line
    assert not [piece for piece in line if piece.kind == "removed"]
    replaced = compare(["甲乙丙丁"], ["另外一句完全不同的话"])
    assert [line[0].kind for line in replaced] == ["removed", "added"]


def test_what_is_unchanged_is_folded_with_its_number_of_lines() -> None:
    old = [f"第{number}行" for number in range(10)]
    lines = compare(old, [*old[:9], "完全不同的结尾在此"])
    assert lines[0] == (Piece("gap", "8"),)
    assert lines[1] == (Piece("same", "第8行"),)
    assert compare(old, old) == [(Piece("gap", "10"),)]


def test_markup_becomes_lines_and_a_links_target_is_part_of_them() -> None:
    markup = "<p>一 <strong>二</strong></p><ul><li>三</li></ul><table><tr><td>四</td><td>五</td></tr></table>"
    assert lines_of_markup(markup) == ["一 二", "• 三", "四 | 五"]
    assert lines_of_markup('<p><a href="https://a.example/">看</a></p>') == ["看 (https://a.example/)"]
    assert lines_of_markup("") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["同"] * 6000, ["同"] * 5999 + ["异"]),
        (["心肺" * 12_000], ["肺心" * 12_000]),
        (["心肺肝" * 70], ["心肝肺" * 70]),
        (["心" * 10_000], ["肺心" * 99]),
        ([f"第 {n} 段：心脏检查" for n in range(2500)], [f"第 {n} 段：肺部检查" for n in range(2500)]),
        (["心肺肝" * 70] * 30, ["心肝肺" * 70] * 20),
        (["心"] * 9000, ["心", "肺"] * 99),
    ],
)
def test_the_work_on_long_texts_is_bounded(
    monkeypatch: pytest.MonkeyPatch, old: list[str], new: list[str]
) -> None:
    pairs: list[int] = []

    class Counting(SequenceMatcher[str]):
        """Notes how many pairs of equal words it is given: what its work grows with."""

        def __init__(self, junk: None, one: Sequence[str], other: Sequence[str], *, autojunk: bool) -> None:
            pairs.append(sum(Counter(one)[word] for word in other))
            super().__init__(junk, one, other, autojunk=autojunk)

    monkeypatch.setattr(text_diff, "SequenceMatcher", Counting)
    lines = compare(old, new, context=None)
    assert sum(pairs) <= 150_000
    assert side(lines, "removed") == old
    assert side(lines, "added") == new
