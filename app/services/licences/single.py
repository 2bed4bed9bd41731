"""Single licences (授权): giving one course to schools, ending one licence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, NotFound, msg
from app.models import CourseLicence
from app.rules.licences.conditions import Terms
from app.services.courses.create_and_release import get_course
from app.services.licences.bulk import end_licences, license_courses, require_licensing
from app.services.licences.rows import CourseRef, Licensing
from app.services.schools.directory import get_member


def license_course(
    ctx: Context,
    *,
    course_id: int,
    school_ids: Iterable[int],
    ends_on: date | None = None,
    seats: int | None = None,
) -> Licensing:
    """License a released course to schools: each school gets the licence and, as 待提交, the course in its list.

    A school that has the course already gets the new end and seats.

    Args:
        course_id: a released course of the alliance.
        school_ids: member schools.
        ends_on: the last day, by each school's calendar; ``None`` for no end.
        seats: the most students that a school may have registered in a term; ``None`` for no limit.

    Raises:
        Conflict: the course is not released.
        Invalid: no school was chosen, the end has passed, or the seats are no number above zero.
        NotFound: no such course or school.
    """
    require_licensing(ctx)
    if not get_course(ctx, course_id=course_id).released:
        raise Conflict(msg("课程尚未发布，不能授权"))
    return license_courses(
        ctx,
        course_refs=[CourseRef(ctx.school.id, course_id)],
        school_ids=school_ids,
        terms=Terms(ends_on=ends_on, seats=seats),
    )


def end_licence(
    ctx: Context, *, course_id: int, school_id: int, owner_id: int | None = None
) -> CourseLicence:
    """End a licence now: from today the school's students do not see the course; what they did stays readable.

    Args:
        owner_id: the owner of the course; the alliance if omitted.

    Raises:
        Conflict: it has ended already.
        NotFound: the school has no licence for this course.
    """
    require_licensing(ctx)
    school = get_member(ctx, school_id=school_id)
    ref = CourseRef(owner_id or ctx.school.id, course_id)
    there = select(CourseLicence).where(
        CourseLicence.licensor_id == ctx.school.id,
        CourseLicence.school_id == school_id,
        CourseLicence.course_owner_id == ref.owner_id,
        CourseLicence.course_id == ref.course_id,
    )
    licence = ctx.session.scalar(there)
    if licence is None:
        raise NotFound(msg("没有找到这项授权"))
    if licence.has_ended_on(replace(ctx, school=school).today()):
        raise Conflict(msg("授权已经结束"))
    end_licences(ctx, course_refs=[ref], school_ids=[school_id])
    ctx.session.refresh(licence)
    return licence
