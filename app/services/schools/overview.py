"""The figures on the first page of the management side."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.context import Context
from app.models import CourseOffering, Registration, SchoolClass, User
from app.rules.permissions import Action
from app.services.shared.require_permission import require


@dataclass(frozen=True, slots=True)
class SchoolFigures:
    """Counts of one school.

    Args:
        unused: students who have never logged in.
        classes: classes in use, without the archived ones.
        unhandled: alliance courses that wait for the school (待提交).
    """

    students: int
    unused: int
    teachers: int
    classes: int
    offerings: int
    unhandled: int
    online: int
    registrations: int


def count_school(ctx: Context) -> SchoolFigures:
    """Count people, classes, courses and registrations of the school, in one query.

    Raises:
        NotAllowed: the actor is not an administrator; teachers see only their own classes and courses.
    """
    require(ctx, Action.SEE_FIGURES)
    students = select(func.count()).select_from(User).where(User.kind == "student")
    offerings = select(func.count()).select_from(CourseOffering)
    registered = select(func.count()).select_from(Registration).where(Registration.withdrawn_at.is_(None))
    row = ctx.session.execute(
        select(
            students.scalar_subquery(),
            students.where(User.last_login_at.is_(None)).scalar_subquery(),
            select(func.count()).select_from(User).where(User.kind == "teacher").scalar_subquery(),
            select(func.count())
            .select_from(SchoolClass)
            .where(SchoolClass.archived_at.is_(None))
            .scalar_subquery(),
            offerings.scalar_subquery(),
            offerings.where(
                CourseOffering.status == "unhandled", CourseOffering.licence_id.is_not(None)
            ).scalar_subquery(),
            offerings.where(CourseOffering.status == "online").scalar_subquery(),
            registered.scalar_subquery(),
        )
    ).one()
    return SchoolFigures(*row)
