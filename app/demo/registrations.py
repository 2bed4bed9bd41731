"""The demo's registrations, spread over the registration period; one course is full."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from app.context import Actor, Context
from app.models import CourseOffering, User
from app.rules.permissions import Role
from app.services.registrations.self_service import register

#: The number of students of a school who register for a course that does not become full.
_EACH = 4


def register_students(
    ctx: Context, offering: CourseOffering, students: Sequence[User], *, all_of_them: bool
) -> None:
    """Register the first students, or all of them in another order, so that the waiting lists differ.

    Args:
        all_of_them: whether all students register; they are more than the seats, so the last ones wait.
    """
    first, last = offering.registration_starts_on, offering.registration_ends_on
    if first is None or last is None or first > ctx.today():
        return
    chosen = [*students[2:], *students[:2]] if all_of_them else students[:_EACH]
    begins = datetime.combine(first, time(1), tzinfo=UTC)
    span = min(datetime.combine(last, time(10), tzinfo=UTC), ctx.now()) - begins
    for position, student in enumerate(chosen):
        # most register early, as in reality
        moment = begins + span * (position / len(chosen)) ** 1.5 + timedelta(minutes=17 * position)
        actor = Actor(role=Role.STUDENT, name=student.real_name, user_id=student.id, school_id=ctx.school.id)
        at = min(moment, ctx.now())
        register(replace(ctx, actor=actor, now=_clock(at)), offering_id=offering.id)


def _clock(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment
