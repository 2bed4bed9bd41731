"""``app.rules.licences.conditions`` for queries: what a licence is on a day, as conditions on its row.

A test holds the rule and these conditions together, day by day. A day is one of the school's calendar: a date, or a
column where schools in several time zones are asked at once.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Integer, and_, false, literal, or_

from app.models import CourseLicence, CourseOffering
from app.rules.licences.conditions import ENDING, LicenceState

Day = date | ColumnElement[date]
_ENDING = literal(ENDING.days, Integer)


def has_begun(day: Day) -> ColumnElement[bool]:
    """Licences whose first day has come."""
    return or_(CourseLicence.starts_on.is_(None), CourseLicence.starts_on <= day)


def has_ended(day: Day) -> ColumnElement[bool]:
    """Licences whose last day has passed."""
    return and_(CourseLicence.ends_on.is_not(None), CourseLicence.ends_on < day)


def holds(day: Day) -> ColumnElement[bool]:
    """Licences that hold; where the query outer-joins them, the rows that have one."""
    return and_(CourseLicence.id.is_not(None), has_begun(day), ~has_ended(day))


def is_licensed(day: Day) -> ColumnElement[bool]:
    """Offerings that the school may show: its own courses, and those whose licence holds.

    The query outer-joins ``CourseOffering.licence``. ``CourseOffering.is_licensed_on`` says it of one that is loaded.
    """
    return or_(CourseOffering.course_owner_id == CourseOffering.school_id, holds(day))


def is_in_state(state: LicenceState, day: Day, *, declined: ColumnElement[bool]) -> ColumnElement[bool]:
    """Licences of which ``licence_state`` says this.

    Args:
        declined: whether the school declined the licence.
    """
    ended, begun = has_ended(day), has_begun(day)
    ending = and_(CourseLicence.ends_on.is_not(None), CourseLicence.ends_on <= day + _ENDING)
    return {
        LicenceState.NONE: false(),
        LicenceState.ENDED: ended,
        LicenceState.DECLINED: and_(~ended, declined),
        LicenceState.UPCOMING: and_(~ended, ~declined, ~begun),
        LicenceState.ENDING: and_(~ended, ~declined, begun, ending),
        LicenceState.VALID: and_(~ended, ~declined, begun, ~ending),
    }[state]
