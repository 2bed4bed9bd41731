"""What an offering is on a day, as students read it: 报名中, 即将开课, 进行中 or 已结束."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.rules.offerings.dates import Dates, is_registration_open


class CourseState(StrEnum):
    """What a student reads at a course: 报名中, 即将开课, 进行中, 已结束."""

    OPEN = "open"
    UPCOMING = "upcoming"
    RUNNING = "running"
    ENDED = "ended"


def course_state(dates: Dates, today: date) -> CourseState:
    """What an offering is on a day at the school; registering counts more than the course's own dates."""
    if dates.ends_on is not None and today > dates.ends_on:
        return CourseState.ENDED
    if is_registration_open(dates, today):
        return CourseState.OPEN
    if dates.starts_on is not None and dates.starts_on <= today:
        return CourseState.RUNNING
    return CourseState.UPCOMING
