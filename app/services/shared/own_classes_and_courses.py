"""The rows a teacher may reach: the classes they head and the courses they run or assist in.

Every list and page that teachers share with administrators narrows its rows by one of these conditions; rows that
the conditions leave out do not exist for the teacher.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, false, or_, select, true

from app.context import Context
from app.models import CourseOffering, OfferingAssistant, SchoolClass
from app.rules.permissions import Action, Reach, reach
from app.services.shared.require_permission import account_here, require


def reachable_classes(ctx: Context, action: Action) -> ColumnElement[bool]:
    """Return the classes on which the actor may do this: all of the school, or those they head as 班主任.

    Raises:
        NotAllowed: the actor's role may not do this at all.
    """
    return _reachable(ctx, action, lambda user_id: SchoolClass.head_teacher_id == user_id)


def reachable_offerings(ctx: Context, action: Action) -> ColumnElement[bool]:
    """Return the school's offerings on which the actor may do this: all, or those they run or assist in.

    Raises:
        NotAllowed: the actor's role may not do this at all.
    """
    return _reachable(ctx, action, _runs)


def assists(user_id: int) -> ColumnElement[bool]:
    """Return whether a person is 助教 of the ``CourseOffering`` of the enclosing query."""
    return (
        select(OfferingAssistant.user_id)
        .where(
            OfferingAssistant.school_id == CourseOffering.school_id,
            OfferingAssistant.offering_id == CourseOffering.id,
            OfferingAssistant.user_id == user_id,
        )
        .correlate(CourseOffering)
        .exists()
    )


def _runs(user_id: int) -> ColumnElement[bool]:
    return or_(CourseOffering.operating_teacher_id == user_id, assists(user_id))


def _reachable(
    ctx: Context, action: Action, theirs: Callable[[int], ColumnElement[bool]]
) -> ColumnElement[bool]:
    require(ctx, action)
    if reach(ctx.actor.role, action) is Reach.ALL:
        return true()
    # An id identifies a person only together with the school.
    user_id = account_here(ctx)
    return false() if user_id is None else theirs(user_id)
