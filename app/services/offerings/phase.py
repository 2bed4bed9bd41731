"""SQL conditions on the state of an offering today: its phase for students, and whether its licence holds."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, or_

from app.context import Context
from app.models import CourseLicence, CourseOffering
from app.rules.offerings.phase import CourseState


def state_condition(state: CourseState, today: date) -> ColumnElement[bool]:
    """Return ``app.rules.offerings.dates.course_state`` as SQL for the four dates of a row; a test compares the two."""
    ended = func.coalesce(CourseOffering.ends_on < today, False)
    open_ = func.coalesce(
        and_(CourseOffering.registration_starts_on <= today, CourseOffering.registration_ends_on >= today),
        False,
    )
    begun = func.coalesce(CourseOffering.starts_on <= today, False)
    return {
        CourseState.ENDED: ended,
        CourseState.OPEN: and_(~ended, open_),
        CourseState.RUNNING: and_(~ended, ~open_, begun),
        CourseState.UPCOMING: and_(~ended, ~open_, ~begun),
    }[state]


def state_number(ctx: Context) -> ColumnElement[int]:
    """Return the place of a row's state among the states, 报名中 first."""
    places = [(state_condition(state, ctx.today()), place) for place, state in enumerate(CourseState)]
    return case(*places)


def licence_holds(ctx: Context) -> ColumnElement[bool]:
    """Return the condition that the school may show an offering today: an own course, or a licence that holds.

    The query must outer-join ``CourseOffering.licence``.
    """
    return or_(
        CourseOffering.course_owner_id == ctx.school.id,
        and_(
            CourseLicence.id.is_not(None),
            or_(CourseLicence.starts_on.is_(None), CourseLicence.starts_on <= ctx.today()),
            or_(CourseLicence.ends_on.is_(None), CourseLicence.ends_on >= ctx.today()),
        ),
    )
