"""The courses that a person teaches and the classes they head (我教的课程, 我的班级), on their student side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from app.context import Context
from app.models import Course, CourseOffering, SchoolClass
from app.services.registrations.counts import registrations_of_offering
from app.services.shared.class_sizes import class_size
from app.services.shared.own_classes_and_courses import assists
from app.services.shared.require_permission import acting_user_id


@dataclass(frozen=True, slots=True)
class TaughtCourse:
    """An offering that the person runs (运营教师) or assists in (助教)."""

    offering_id: int
    title: str
    term: str
    status: str
    starts_on: date | None
    ends_on: date | None
    operates: bool
    registrations: int


@dataclass(frozen=True, slots=True)
class HeadedClass:
    """A class that the person heads as 班主任."""

    id: int
    name: str
    entry_year: int | None
    students: int


def list_taught(ctx: Context) -> Sequence[TaughtCourse]:
    """Return the courses that the acting person runs or assists in, the latest first, in one query.

    Raises:
        NotAllowed: nobody is logged in.
    """
    user_id = acting_user_id(ctx)
    operates = func.coalesce(CourseOffering.operating_teacher_id == user_id, False)
    registrations = registrations_of_offering()
    rows = ctx.session.execute(
        select(
            CourseOffering.id,
            Course.title,
            CourseOffering.term,
            CourseOffering.status,
            CourseOffering.starts_on,
            CourseOffering.ends_on,
            operates,
            registrations,
        )
        .join(CourseOffering.course)
        .where(CourseOffering.school_id == ctx.school.id, or_(operates, assists(user_id)))
        .order_by(
            CourseOffering.term.desc(), CourseOffering.starts_on.desc().nulls_first(), CourseOffering.id
        )
    )
    return [TaughtCourse(*row) for row in rows]


def list_headed(ctx: Context) -> Sequence[HeadedClass]:
    """Return the classes that the acting person heads, the latest entry year first, in one query.

    Raises:
        NotAllowed: nobody is logged in.
    """
    rows = ctx.session.execute(
        select(SchoolClass.id, SchoolClass.name, SchoolClass.entry_year, class_size().scalar_subquery())
        .where(SchoolClass.head_teacher_id == acting_user_id(ctx))
        .order_by(SchoolClass.entry_year.desc().nulls_last(), SchoolClass.name)
    )
    return [HeadedClass(*row) for row in rows]
