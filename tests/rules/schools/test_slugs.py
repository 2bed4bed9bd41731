"""Labels of schools' addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.schools.slugs import slug_candidates, slug_problem, tidy_slug
from tenants.host import is_dns_label
from tenants.reserved_labels import RESERVED_LABELS


@pytest.mark.parametrize("slug", ["mingde", "pku6", "a1", "tongji-med", "x" * 32])
def test_a_plain_label_is_taken(slug: str) -> None:
    assert slug_problem(slug, reserved=RESERVED_LABELS) is None


@pytest.mark.parametrize(
    "slug",
    ["", "a", "x" * 33, "-ab", "ab-", "a--b", "xn--fiq", "6school", "ming de", "明德", "ming_de", "ming.de", "MINGDE",
     "mingde\n", "ｍｉｎｇ", "a/b", "www", "admin", "api", "static", "localhost"],
)  # fmt: skip
def test_other_labels_are_refused_with_a_reason(slug: str) -> None:
    assert slug_problem(slug, reserved=RESERVED_LABELS) is not None


@given(st.text(alphabet="abcz019-._ A明", max_size=40))
def test_what_is_taken_is_a_dns_label(slug: str) -> None:
    if slug_problem(slug, reserved=RESERVED_LABELS) is None:
        assert is_dns_label(slug)


@given(st.text(max_size=60), st.text(alphabet="abcdefgh", max_size=60))
def test_candidates_hold_no_strange_characters(typed: str, pinyin: str) -> None:
    for candidate in slug_candidates(typed, pinyin, "90001"):
        assert candidate.isascii()
        assert len(candidate) <= 32


def test_blanks_and_capitals_are_a_slip() -> None:
    assert tidy_slug("  MingDe ") == "mingde"
