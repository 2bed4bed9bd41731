"""Sums of schools' figures over time."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.rules.alliance.figures import CountedDay, DayFigures, share, totals

DAY = date(2026, 9, 1)
_NUMBERS = st.builds(DayFigures, *[st.integers(0, 1000)] * 4)
_COUNTED = st.lists(
    st.builds(
        CountedDay, st.integers(1, 4), st.integers(-5, 12).map(lambda n: DAY + timedelta(days=n)), _NUMBERS
    ),
    unique_by=lambda one: (one.school_id, one.day),
).map(lambda rows: sorted(rows, key=lambda one: one.day))


def _days(number: int) -> list[date]:
    return [DAY + timedelta(days=n) for n in range(number)]


def test_a_day_that_nobody_counted_has_the_numbers_before_it() -> None:
    one, two = DayFigures(10, 5, 2, 7), DayFigures(20, 0, 1, 0)
    counted = [CountedDay(1, DAY + timedelta(days=1), one), CountedDay(2, DAY + timedelta(days=2), two)]
    both = DayFigures(30, 5, 3, 7)
    assert totals(_days(4), counted) == [None, one, both, both]


@given(_COUNTED)
def test_each_day_sums_what_each_school_counted_last(counted: list[CountedDay]) -> None:
    for day, found in zip(_days(10), totals(_days(10), counted), strict=True):
        latest = {one.school_id: one.figures for one in counted if one.day <= day}
        assert (found is None) == (not latest)
        if found is not None:
            assert found.people == sum(one.people for one in latest.values())
            assert found.registrations == sum(one.registrations for one in latest.values())


def test_a_share_is_whole_only_when_all_are_there() -> None:
    assert (share(0, 0), share(1, 3), share(999, 1000), share(5, 5)) == (None, 33, 99, 100)
