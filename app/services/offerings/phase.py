"""SQL conditions on the phase of an offering for students today."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, case, func

from app.context import Context
from app.models import CourseOffering
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
