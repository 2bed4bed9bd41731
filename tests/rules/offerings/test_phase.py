"""The phase of an offering on a day."""

from __future__ import annotations

import pytest

from app.rules.offerings.dates import Dates
from app.rules.offerings.phase import CourseState, course_state
from tests.support.offering_dates import DAY, four_dates


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (four_dates(10, 50, -1, 5), CourseState.OPEN),
        (four_dates(10, 50, 0, 0), CourseState.OPEN),
        (four_dates(-5, 50, -9, 0), CourseState.OPEN),
        (four_dates(10, 50, 1, 5), CourseState.UPCOMING),
        (four_dates(10, 50, -9, -1), CourseState.UPCOMING),
        (four_dates(1, 50, -9, -1), CourseState.UPCOMING),
        (four_dates(0, 50, -9, -1), CourseState.RUNNING),
        (four_dates(-9, 0, -20, -15), CourseState.RUNNING),
        (four_dates(-9, -1, -20, -15), CourseState.ENDED),
        (four_dates(-9, 9, 3, 5), CourseState.RUNNING),
        (four_dates(None, None, None, None), CourseState.UPCOMING),
    ],
)
def test_a_day_gives_a_state(given: Dates, state: CourseState) -> None:
    assert course_state(given, DAY) is state
