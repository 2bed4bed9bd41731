"""Licence terms and states, and when the end of one is told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.licences.conditions import (
    ENDING,
    LicenceState,
    Terms,
    licence_state,
    notice_due,
    terms_problems,
)

TODAY = date(2026, 9, 10)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("starts", "ends", "declined", "state"),
    [
        (None, None, False, LicenceState.VALID),
        (0, 0, False, LicenceState.ENDING),
        (None, -1, False, LicenceState.ENDED),
        (None, -1, True, LicenceState.ENDED),
        (None, ENDING.days, False, LicenceState.ENDING),
        (None, ENDING.days + 1, False, LicenceState.VALID),
        (1, None, False, LicenceState.UPCOMING),
        (1, 5, False, LicenceState.UPCOMING),
        (1, 5, True, LicenceState.DECLINED),
        (None, None, True, LicenceState.DECLINED),
    ],
)
def test_the_state_of_a_licence_counts_both_days(
    starts: int | None, ends: int | None, declined: bool, state: LicenceState
) -> None:
    days = [None if number is None else TODAY + timedelta(days=number) for number in (starts, ends)]
    assert licence_state(*days, TODAY, declined=declined) is state


@given(starts=DAYS, ends=DAYS)
def test_granted_terms_are_never_over_on_the_day_they_are_granted(
    starts: date | None, ends: date | None
) -> None:
    terms = Terms(starts_on=starts, ends_on=ends)
    if not terms_problems(terms, TODAY):
        assert licence_state(starts, ends, TODAY) is not LicenceState.ENDED
        assert starts is None or ends is None or starts <= ends


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(ends_on=date(2026, 9, 9)), "ends_on"),
        (Terms(starts_on=date(2026, 10, 2), ends_on=date(2026, 10, 1)), "ends_on"),
        (Terms(starts_on=date(1999, 1, 1)), "starts_on"),
        (Terms(ends_on=date(2999, 1, 1)), "ends_on"),
        (Terms(seats=0), "seats"),
        (Terms(seats=10**7), "seats"),
        (Terms(term="2026-2028-1"), "term"),
        (Terms(term="下学期"), "term"),
    ],
)
def test_terms_that_make_no_sense_name_the_field(terms: Terms, field: str) -> None:
    assert list(terms_problems(terms, TODAY)) == [field]


@given(st.integers(-400, 400))
def test_a_notice_is_due_30_and_7_days_before_the_end_and_never_after(days: int) -> None:
    due = notice_due(days)
    assert due == (None if days < 0 or days > 30 else 7 if days <= 7 else 30)
    assert timedelta(days=due or 0) >= timedelta(days=days) or due is None
