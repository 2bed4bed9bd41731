"""Counts of days as points: every person and every day is included."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.rules.registrations.day_counts import MOST_DAYS, points

DAY = date(2026, 9, 10)
some_days = st.dictionaries(st.integers(-400, 0).map(lambda n: DAY + timedelta(n)), st.integers(1, 9))


@given(some_days)
def test_all_are_counted_once_and_the_points_follow_each_other(counts: dict[date, int]) -> None:
    found = points(counts, DAY)
    assert sum(point.new for point in found) == sum(counts.values())
    assert len(found) <= MOST_DAYS
    steps = {(after.day - before.day).days for before, after in pairwise(found)}
    assert steps <= {1} or steps == {7}
    if found:
        assert found[-1].total == sum(counts.values())
        assert found[-1].day <= DAY < found[-1].day + timedelta(7)


def test_a_day_without_anybody_is_a_point_too() -> None:
    found = points({DAY - timedelta(2): 3}, DAY)
    assert [(point.new, point.total) for point in found] == [(3, 3), (0, 3), (0, 3)]
