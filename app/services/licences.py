"""Licences (授权): which school may offer which course of the alliance, until when, with how many seats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import Course, CourseLicence, CourseOffering, School
from app.rules.course_states import OfferingStatus
from app.rules.permissions import Action
from app.rules.terms import term_of
from app.services.access import require
from app.services.audit import record
from app.services.course_search import course_matches
from app.services.courses import get_course
from app.services.paging import Page
from app.services.tenancy import INFO_COLUMNS, get_member, get_members, matches, require_alliance
from tenants.registry import SchoolInfo

PAGE_SIZE = 20
MOST_SEATS = 1_000_000


@dataclass(frozen=True, slots=True)
class Licensing:
    """What a bulk licence did, in numbers of schools."""

    granted: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence as the secretariat's list shows it; ``ended`` by the school's calendar."""

    licence: CourseLicence
    course: Course
    school: SchoolInfo
    ended: bool


def is_licence_valid(licence: CourseLicence | None, today: date) -> bool:
    """Whether a licence holds on a day at the school, its last day included."""
    return licence is not None and (licence.ends_on is None or today <= licence.ends_on)


def license_course(
    ctx: Context,
    *,
    course_id: int,
    school_ids: Iterable[int],
    ends_on: date | None = None,
    seats: int | None = None,
) -> Licensing:
    """License a released course to schools: each gets the licence and, as 待提交, the course in its list.

    A school that has the course already gets the new end and seats.

    Args:
        course_id: a released course of the alliance.
        school_ids: member schools.
        ends_on: the last day, by each school's calendar; ``None`` for no end.
        seats: the most students that a school may have registered in a term; ``None`` for no limit.

    Raises:
        Conflict: the course is not released.
        Invalid: no school was chosen, the end has passed, the seats are no number above zero.
        NotFound: no such course or school.
    """
    _require_licensing(ctx)
    course = get_course(ctx, course_id=course_id)
    if not course.released:
        raise Conflict(msg("课程尚未发布，不能授权"))
    if seats is not None and not 1 <= seats <= MOST_SEATS:
        raise Invalid("seats", msg("名额应为 1 至 %(most)s 的整数", most=MOST_SEATS))
    if ends_on is not None and ends_on < ctx.today():
        raise Invalid("ends_on", msg("授权截止日期不能早于今天"))
    wanted = set(school_ids)
    if not wanted:
        raise Invalid("school_ids", msg("请至少选择一所学校"))
    schools = get_members(ctx, school_ids=wanted)
    held = _held(ctx, course)
    outcomes = [_license_one(ctx, course, school, held.get(school.id), ends_on, seats) for school in schools]
    return Licensing(outcomes.count("granted"), outcomes.count("changed"), outcomes.count("unchanged"))


def end_licence(ctx: Context, *, course_id: int, school_id: int) -> CourseLicence:
    """End a licence now: from today the school's students do not see the course; what they did stays readable.

    Raises:
        Conflict: it has ended already.
        NotFound: the school has no licence for this course.
    """
    _require_licensing(ctx)
    school = get_member(ctx, school_id=school_id)
    licence = ctx.session.scalar(
        select(CourseLicence)
        .where(
            CourseLicence.school_id == school_id,
            CourseLicence.course_owner_id == ctx.school.id,
            CourseLicence.course_id == course_id,
        )
        .with_for_update()
    )
    if licence is None:
        raise NotFound(msg("没有找到这项授权"))
    with ctx.within(school) as inner:
        today = inner.today()
        if not is_licence_valid(licence, today):
            raise Conflict(msg("授权已经结束"))
        record(inner, "course.licence_ended", "course", course_id)
    licence.ends_on = today - timedelta(days=1)
    ctx.session.flush()
    record(ctx, "course.licence_ended", "course", course_id, {"school_id": school_id})
    return licence


def list_licences(
    ctx: Context, *, text: str = "", course_id: int | None = None, school_id: int | None = None, page: int = 1
) -> Page[LicenceRow]:
    """The licences given, the newest first, in one query.

    Args:
        text: part of a course's title, or a school as ``tenancy.matches`` finds it.
    """
    _require_licensing(ctx)
    wanted = (
        select(CourseLicence, *INFO_COLUMNS, func.count().over())
        .join(CourseLicence.course)
        .join(School, School.id == CourseLicence.school_id)
        .options(contains_eager(CourseLicence.course))
        .where(CourseLicence.course_owner_id == ctx.school.id)
    )
    if text.strip():
        wanted = wanted.where(course_matches(text) | matches(text))
    if course_id is not None:
        wanted = wanted.where(CourseLicence.course_id == course_id)
    if school_id is not None:
        wanted = wanted.where(CourseLicence.school_id == school_id)
    rows = ctx.session.execute(
        wanted.order_by(CourseLicence.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    shown = tuple(_row(ctx, row[0], SchoolInfo(*row[1:-1])) for row in rows)
    return Page(shown, rows[0][-1] if rows else 0, page, PAGE_SIZE)


def list_licensable(ctx: Context) -> list[Course]:
    """The released courses, by title."""
    _require_licensing(ctx)
    return list(
        ctx.session.scalars(
            select(Course).where(Course.school_id == ctx.school.id, Course.released).order_by(Course.title)
        )
    )


def _require_licensing(ctx: Context) -> None:
    require(ctx, Action.LICENSE_COURSE)
    require_alliance(ctx)


def _held(ctx: Context, course: Course) -> dict[int, CourseLicence]:
    rows = ctx.session.scalars(
        select(CourseLicence).where(
            CourseLicence.course_owner_id == ctx.school.id, CourseLicence.course_id == course.id
        )
    )
    return {licence.school_id: licence for licence in rows}


def _license_one(
    ctx: Context,
    course: Course,
    school: SchoolInfo,
    licence: CourseLicence | None,
    ends_on: date | None,
    seats: int | None,
) -> str:
    outcome = "changed"
    lapsed = licence is not None and not is_licence_valid(licence, replace(ctx, school=school).today())
    if licence is None:
        outcome = "granted"
        licence = CourseLicence(
            school_id=school.id,
            course_owner_id=ctx.school.id,
            course_id=course.id,
            licensor_id=ctx.school.id,
            ends_on=ends_on,
            seats=seats,
        )
        ctx.session.add(licence)
    elif (licence.ends_on, licence.seats) == (ends_on, seats):
        outcome = "unchanged"
    else:
        licence.ends_on, licence.seats = ends_on, seats
    ctx.session.flush()
    terms = {
        "licence_ends_on": ends_on.isoformat() if ends_on else None,
        "seats": seats,
        "title": course.title,
    }
    with ctx.within(school) as inner:
        offered = _offer(inner, course, licence, lapsed=lapsed)
        if outcome != "unchanged" or offered:
            record(inner, "course.licensed", "course", course.id, terms)
    if outcome != "unchanged":
        record(ctx, "course.licensed", "course", course.id, terms | {"school_id": school.id})
    return outcome


def _offer(inner: Context, course: Course, licence: CourseLicence, *, lapsed: bool) -> bool:
    held = inner.session.scalars(
        select(CourseOffering).where(
            CourseOffering.course_owner_id == course.school_id, CourseOffering.course_id == course.id
        )
    ).all()
    if held:
        for offering in held:
            # It went offline with its licence; whether it comes back is for the school to say.
            if lapsed and offering.status == OfferingStatus.ONLINE:
                offering.status = OfferingStatus.OFFLINE
        return False
    inner.session.add(
        CourseOffering(
            school_id=inner.school.id,
            course_owner_id=course.school_id,
            course_id=course.id,
            licence_id=licence.id,
            term=term_of(inner.today()),
        )
    )
    return True


def _row(ctx: Context, licence: CourseLicence, school: SchoolInfo) -> LicenceRow:
    return LicenceRow(
        licence, licence.course, school, not is_licence_valid(licence, replace(ctx, school=school).today())
    )
