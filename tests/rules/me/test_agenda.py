"""The next dates of a course."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.rules.me.agenda import next_day
from app.rules.offerings.dates import Dates

DAY = date(2026, 9, 10)


@pytest.mark.parametrize(
    ("starts", "ends", "closes", "offset", "event", "distance"),
    [
        (10, 50, 5, 5, "退课截止", "还有 5 天"),
        (2, 50, 5, 2, "开课", "还有 2 天"),
        (0, 50, 5, 0, "开课", "今天"),
        (1, 50, 5, 1, "开课", "明天"),
        (-9, 50, -20, 50, "结课", "还有 50 天"),
        (5, 50, 5, 5, "退课截止", "还有 5 天"),
    ],
)
def test_the_next_day_is_named_with_its_distance(
    starts: int, ends: int, closes: int, offset: int, event: str, distance: str
) -> None:
    days = [DAY + timedelta(days=count) for count in (starts, ends, -30, closes)]
    found = next_day(
        Dates(
            starts_on=days[0], ends_on=days[1], registration_starts_on=days[2], registration_ends_on=days[3]
        ),
        DAY,
    )
    assert found is not None
    assert (found.day, str(found.event), str(found.distance)) == (
        DAY + timedelta(days=offset),
        event,
        distance,
    )


def test_nothing_comes_after_the_end_or_without_dates() -> None:
    over = Dates(
        starts_on=DAY - timedelta(days=9),
        ends_on=DAY - timedelta(days=1),
        registration_starts_on=None,
        registration_ends_on=None,
    )
    none = Dates(starts_on=None, ends_on=None, registration_starts_on=None, registration_ends_on=None)
    assert next_day(over, DAY) is None
    assert next_day(none, DAY) is None
