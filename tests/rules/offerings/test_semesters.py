"""Terms of the academic year."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.offerings.semesters import is_term, term_label, term_of, terms_around


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2026, 8, 1), "2026-2027-1"),
        (date(2026, 12, 31), "2026-2027-1"),
        (date(2027, 1, 31), "2026-2027-1"),
        (date(2027, 2, 1), "2026-2027-2"),
        (date(2027, 7, 31), "2026-2027-2"),
    ],
)
def test_a_day_belongs_to_one_term(day: date, term: str) -> None:
    assert term_of(day) == term


def test_a_term_is_said_in_words() -> None:
    assert str(term_label("2026-2027-1")) == "2026—2027 学年第一学期"
    assert str(term_label("2026-2027-2")) == "2026—2027 学年第二学期"
    with pytest.raises(ValueError, match="2026"):
        term_label("2026")


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_terms_to_choose_from_hold_the_one_of_the_day_and_follow_each_other(day: date) -> None:
    terms = terms_around(day)
    assert terms[1] == term_of(day)
    assert terms == sorted(set(terms))
    assert all(is_term(term) and term_label(term) for term in terms)
