"""Terms of the academic year."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.shared.semesters import term_label, term_of


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
