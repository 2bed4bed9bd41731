"""The phase of an offering on a day: 报名中, 即将开课, 进行中 or 已结束."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from app.rules.offerings.dates import Dates, is_registration_open


class CourseState(StrEnum):
    """The phases that students see: 报名中, 即将开课, 进行中, 已结束."""

    OPEN = "open"
    UPCOMING = "upcoming"
    RUNNING = "running"
    ENDED = "ended"


def course_state(dates: Dates, today: date) -> CourseState:
    """Return the phase of an offering on a day at the school; open registration takes precedence."""
    if dates.ends_on is not None and today > dates.ends_on:
        return CourseState.ENDED
    if is_registration_open(dates, today):
        return CourseState.OPEN
    if dates.starts_on is not None and dates.starts_on <= today:
        return CourseState.RUNNING
    return CourseState.UPCOMING
