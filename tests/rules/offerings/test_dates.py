"""The four dates of an offering."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.rules.offerings.dates import Dates, date_problems, is_registration_open
from app.rules.offerings.phase import CourseState, course_state

DAY = date(2026, 9, 10)


def dates(start: int | None, end: int | None, first: int | None, last: int | None) -> Dates:
    days = [None if offset is None else DAY + timedelta(days=offset) for offset in (start, end, first, last)]
    return Dates(
        starts_on=days[0], ends_on=days[1], registration_starts_on=days[2], registration_ends_on=days[3]
    )


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (dates(10, 50, -1, 5), CourseState.OPEN),
        (dates(10, 50, 0, 0), CourseState.OPEN),
        (dates(-5, 50, -9, 0), CourseState.OPEN),
        (dates(10, 50, 1, 5), CourseState.UPCOMING),
        (dates(10, 50, -9, -1), CourseState.UPCOMING),
        (dates(1, 50, -9, -1), CourseState.UPCOMING),
        (dates(0, 50, -9, -1), CourseState.RUNNING),
        (dates(-9, 0, -20, -15), CourseState.RUNNING),
        (dates(-9, -1, -20, -15), CourseState.ENDED),
        (dates(-9, 9, 3, 5), CourseState.RUNNING),
        (dates(None, None, None, None), CourseState.UPCOMING),
    ],
)
def test_a_day_gives_a_state(given: Dates, state: CourseState) -> None:
    assert course_state(given, DAY) is state


@pytest.mark.parametrize(("offset", "is_open"), [(-1, False), (0, True), (3, True), (5, True), (6, False)])
def test_the_first_and_the_last_day_of_registration_count(offset: int, is_open: bool) -> None:
    assert is_registration_open(dates(10, 50, 0, 5), DAY + timedelta(days=offset)) is is_open


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        (dates(0, 50, -9, 5), set()),
        (dates(0, 0, 0, 0), set()),
        (dates(0, 50, -9, 50), set()),
        (dates(None, 50, -9, 5), {"starts_on"}),
        (
            dates(None, None, None, None),
            {"starts_on", "ends_on", "registration_starts_on", "registration_ends_on"},
        ),
        (dates(5, 4, -9, 3), {"ends_on"}),
        (dates(5, 50, 3, 2), {"registration_ends_on"}),
        (dates(5, 50, 3, 51), {"registration_ends_on"}),
        (dates(5, 4, 3, 2), {"ends_on", "registration_ends_on"}),
    ],
)
def test_every_wrong_date_is_named(given: Dates, fields: set[str]) -> None:
    assert set(date_problems(given)) == fields
