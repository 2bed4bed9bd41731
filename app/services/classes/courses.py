"""The courses of a class: how many of its students have registered for each, and who has not yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Select, or_, select

from app.context import Context
from app.errors import NotFound, msg
from app.models import Course, CourseOffering, Registration, User
from app.services.classes.lists import get_class
from app.services.classes.students import (
    ClassStudent,
    StudentSort,
    student_order,
    student_row,
    students_of,
)
from app.services.registrations.counts import registered_for, registrations_of_offering
from app.services.shared.paging import LONG_PAGE_SIZE, Page, fetch_page


@dataclass(frozen=True, slots=True)
class ClassCourse:
    """A course that the students of a class may register for, or have registered for.

    Args:
        registered: the number of registered students of the class.
    """

    offering_id: int
    title: str
    status: str
    registration_starts_on: date | None
    registration_ends_on: date | None
    registered: int


def list_class_courses(ctx: Context, *, class_id: int) -> list[ClassCourse]:
    """Return the school's online courses, and those with registered students of the class; latest first.

    Raises:
        NotFound: there is no such class for the actor.
        NotAllowed: the actor may not see classes.
    """
    get_class(ctx, class_id=class_id)
    return [ClassCourse(*row) for row in ctx.session.execute(_courses(ctx, class_id))]


def get_class_course(ctx: Context, *, class_id: int, offering_id: int) -> ClassCourse:
    """Return one of ``list_class_courses``.

    Raises:
        NotFound: there is no such class or course for the actor.
        NotAllowed: the actor may not see classes.
    """
    get_class(ctx, class_id=class_id)
    found = _courses(ctx, class_id).where(CourseOffering.id == offering_id)
    row = ctx.session.execute(found).one_or_none()
    if row is None:
        raise NotFound(msg("没有找到这门课程"))
    return ClassCourse(*row)


def list_registrations(
    ctx: Context,
    *,
    class_id: int,
    offering_id: int,
    text: str = "",
    registered: bool | None = None,
    sort: StudentSort = StudentSort.NUMBER,
    descending: bool = False,
    page: int = 1,
) -> Page[ClassStudent]:
    """Return students of a class, with the time from which each is registered for a course.

    Args:
        text: words that must all be found in name, pinyin, initials or 学号.
        registered: only students who are registered, or only those who are not.
        page: from 1.

    Raises:
        NotFound: there is no such class or course for the actor.
        NotAllowed: the actor may not see classes.
    """
    get_class_course(ctx, class_id=class_id, offering_id=offering_id)
    conditions = students_of(class_id, text)
    if registered is not None:
        conditions.append(Registration.id.is_not(None) if registered else Registration.id.is_(None))
    rows = (
        select(User, Registration.registered_at)
        .outerjoin(Registration, registered_for(offering_id))
        .where(*conditions)
    )
    rows = rows.order_by(*student_order(sort, descending, Registration.registered_at))
    return fetch_page(ctx.session, rows, partial(student_row, ctx), page=page, size=LONG_PAGE_SIZE)


def _courses(ctx: Context, class_id: int) -> Select[*tuple[Any, ...]]:
    registered = registrations_of_offering(*students_of(class_id))
    return (
        select(
            CourseOffering.id,
            Course.title,
            CourseOffering.status,
            CourseOffering.registration_starts_on,
            CourseOffering.registration_ends_on,
            registered,
        )
        .join(CourseOffering.course)
        .where(CourseOffering.school_id == ctx.school.id)
        .where(or_(CourseOffering.status == "online", registered > 0))
        .order_by(CourseOffering.registration_ends_on.desc().nulls_last(), CourseOffering.id.desc())
    )
