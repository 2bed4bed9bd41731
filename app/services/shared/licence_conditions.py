"""SQL conditions on the days of a licence: ``app.rules.licences.conditions`` for queries.

A test compares the rules and these conditions day by day. A day belongs to the school's calendar: it is a date, or a
column in queries over schools in several time zones.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Integer, and_, false, literal, or_

from app.models import CourseLicence, CourseOffering
from app.rules.licences.conditions import ENDING, LicenceState

Day = date | ColumnElement[date]
_ENDING = literal(ENDING.days, Integer)


def has_begun(day: Day) -> ColumnElement[bool]:
    """Return the condition that a licence has begun."""
    return or_(CourseLicence.starts_on.is_(None), CourseLicence.starts_on <= day)


def has_ended(day: Day) -> ColumnElement[bool]:
    """Return the condition that a licence has ended."""
    return and_(CourseLicence.ends_on.is_not(None), CourseLicence.ends_on < day)


def holds(day: Day) -> ColumnElement[bool]:
    """Return the condition that a licence is valid; in an outer join, that there is one that is."""
    return and_(CourseLicence.id.is_not(None), has_begun(day), ~has_ended(day))


def is_licensed(day: Day) -> ColumnElement[bool]:
    """Return the condition that the school may show an offering: an own course, or a licence that is valid.

    The query must outer-join ``CourseOffering.licence``. ``CourseOffering.is_licensed_on`` does the same for one row.
    """
    return or_(CourseOffering.course_owner_id == CourseOffering.school_id, holds(day))


def is_in_state(state: LicenceState, day: Day, *, declined: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that ``licence_state`` returns ``state``.

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
