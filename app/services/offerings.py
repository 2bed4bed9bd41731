"""A school's courses (课程管理 → 慕课列表): its own dates, 「上线」 and 「下线」 (manual 7.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotFound, msg
from app.models import CourseLicence, CourseOffering, Enrolment, User
from app.rules.course_states import Move, OfferingStatus, missing_for_online, next_status
from app.rules.permissions import Action
from app.rules.windows import Dates, date_problems
from app.services.access import require
from app.services.audit import record
from app.services.course_search import course_matches
from app.services.licences import is_licence_valid
from app.services.mine import reachable_offerings
from app.services.paging import Page
from app.services.showings import show_publicly

PAGE_SIZE = 20
EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 12, 31)


class NotReady(Conflict):
    """「上线」 is refused; ``missing`` lists what is to be done first."""

    def __init__(self, missing: list[Message]) -> None:
        super().__init__(missing[0])
        self.missing = missing


@dataclass(frozen=True, slots=True)
class OfferingRow:
    """A course of the school as 慕课列表 shows it.

    Args:
        offering: with its course and licence loaded.
        own: whether the school made it (课程来源 本校), else 联盟慕课.
        status: as people see it: a course whose licence has ended is offline, whatever its row says.
        licensed: whether the school may offer it today.
        operating_teacher: the name of the 运营教师, if there is one.
        registrations: how many are registered.
    """

    offering: CourseOffering
    own: bool
    status: OfferingStatus
    licensed: bool
    operating_teacher: str | None
    registrations: int


def dates_of(offering: CourseOffering) -> Dates:
    """The four dates as a value for ``app.rules.windows``."""
    return Dates(
        starts_on=offering.starts_on,
        ends_on=offering.ends_on,
        registration_starts_on=offering.registration_starts_on,
        registration_ends_on=offering.registration_ends_on,
    )


def licence_holds(ctx: Context) -> ColumnElement[bool]:
    """The offerings that the school may show today: its own courses, and those whose licence has not ended.

    The query must outer-join ``CourseOffering.licence``.
    """
    return or_(
        CourseOffering.course_owner_id == ctx.school.id,
        and_(
            CourseLicence.id.is_not(None),
            or_(CourseLicence.ends_on.is_(None), CourseLicence.ends_on >= ctx.today()),
        ),
    )


def list_school_courses(
    ctx: Context,
    *,
    text: str = "",
    source: str | None = None,
    status: OfferingStatus | None = None,
    page: int = 1,
) -> Page[OfferingRow]:
    """All courses of the school (for a teacher those that he runs), what is to be done first, in one query.

    Args:
        text: as ``course_search``.
        source: ``alliance`` (联盟慕课) or ``own`` (本校).
        status: as people see it.

    Raises:
        NotAllowed: not staff of the school.
    """
    mine = reachable_offerings(ctx, Action.SEE_OFFERINGS)
    wanted = _rows(ctx).where(mine).add_columns(func.count().over())
    if text.strip():
        wanted = wanted.where(course_matches(text))
    if source:
        own = CourseOffering.course_owner_id == ctx.school.id
        wanted = wanted.where(own if source == "own" else ~own)
    if status is not None:
        wanted = wanted.where(_has_status(ctx, status))
    rows = ctx.session.execute(
        wanted.order_by(CourseOffering.status.desc(), CourseOffering.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    shown = tuple(_row(ctx, row[0], row[1], row[2]) for row in rows)
    return Page(shown, rows[0][-1] if rows else 0, page, PAGE_SIZE)


def get_school_course(ctx: Context, *, offering_id: int) -> OfferingRow:
    """One course of the school.

    Raises:
        NotFound: none here, or the actor is a teacher who does not run it.
    """
    mine = reachable_offerings(ctx, Action.SEE_OFFERINGS)
    row = ctx.session.execute(_rows(ctx).where(CourseOffering.id == offering_id, mine)).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程"))
    return _row(ctx, row[0], row[1], row[2])


def schedule_offering(
    ctx: Context,
    *,
    offering_id: int,
    starts_on: date | None,
    ends_on: date | None,
    registration_starts_on: date | None,
    registration_ends_on: date | None,
) -> CourseOffering:
    """Set the four dates (详细信息), whole days at the school, the last ones included.

    Raises:
        Invalid: with the field; all four are required and must fit each other.
        NotFound: no such course here.
    """
    require(ctx, Action.SCHEDULE_OFFERING)
    dates = Dates(
        starts_on=starts_on,
        ends_on=ends_on,
        registration_starts_on=registration_starts_on,
        registration_ends_on=registration_ends_on,
    )
    for field, message in schedule_problems(dates).items():
        raise Invalid(field, message)
    offering = _locked(ctx, offering_id)
    before = dates_of(offering)
    if before == dates:
        return offering
    for field in Dates.__slots__:
        setattr(offering, field, getattr(dates, field))
    ctx.session.flush()
    show_publicly(ctx, offering_ids=[offering_id])
    record(ctx, "offering.scheduled", "offering", offering_id, {"old": _plain(before), "new": _plain(dates)})
    return offering


def schedule_problems(dates: Dates) -> dict[str, Message]:
    """All that is wrong with dates as typed: field -> sentence, so that a form can mark every field at once."""
    problems = date_problems(dates)
    for field in Dates.__slots__:
        day = getattr(dates, field)
        if day is not None and not EARLIEST <= day <= LATEST:
            problems[field] = msg("日期不合理，请检查年份")
    return problems


def put_online(ctx: Context, *, offering_id: int) -> CourseOffering:
    """「上线」: show the course to the school's students.

    Raises:
        Conflict: it is online already.
        NotReady: dates are missing or the licence has ended.
        NotFound: no such course here.
    """
    return _move(ctx, offering_id, Move.PUT_ONLINE)


def take_offline(ctx: Context, *, offering_id: int) -> CourseOffering:
    """「下线」: hide the course; registrations stay.

    Raises:
        Conflict: it is not online.
        NotFound: no such course here.
    """
    return _move(ctx, offering_id, Move.TAKE_OFFLINE)


def _move(ctx: Context, offering_id: int, move: Move) -> CourseOffering:
    require(ctx, Action.PUBLISH_OFFERING)
    offering = _locked(ctx, offering_id)
    following = next_status(OfferingStatus(offering.status), move)
    if following is OfferingStatus.ONLINE:
        missing = missing_for_online(dates_of(offering), licensed=_is_licensed(ctx, offering))
        if missing:
            raise NotReady(missing)
    offering.status = following
    show_publicly(ctx, offering_ids=[offering_id])
    record(ctx, f"offering.{following}", "offering", offering_id)
    return offering


def _locked(ctx: Context, offering_id: int) -> CourseOffering:
    offering = ctx.session.scalar(
        select(CourseOffering).where(CourseOffering.id == offering_id).with_for_update()
    )
    if offering is None:
        raise NotFound(msg("没有找到这门课程"))
    return offering


def _is_licensed(ctx: Context, offering: CourseOffering) -> bool:
    if offering.course_owner_id == ctx.school.id:
        return True
    licence = ctx.session.scalar(
        select(CourseLicence).where(
            CourseLicence.school_id == ctx.school.id,
            CourseLicence.id == offering.licence_id,
            CourseLicence.course_owner_id == offering.course_owner_id,
            CourseLicence.course_id == offering.course_id,
        )
    )
    return is_licence_valid(licence, ctx.today())


def _rows(ctx: Context) -> Select[Any]:
    registrations = (
        select(func.count())
        .select_from(Enrolment)
        .where(
            Enrolment.school_id == CourseOffering.school_id,
            Enrolment.offering_id == CourseOffering.id,
            Enrolment.withdrawn_at.is_(None),
        )
        .correlate(CourseOffering)
        .scalar_subquery()
    )
    return (
        select(CourseOffering, User.real_name, registrations)
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .outerjoin(
            User,
            and_(User.school_id == CourseOffering.school_id, User.id == CourseOffering.operating_teacher_id),
        )
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
        .where(CourseOffering.school_id == ctx.school.id)
    )


def _has_status(ctx: Context, status: OfferingStatus) -> ColumnElement[bool]:
    if status is OfferingStatus.ONLINE:
        return and_(CourseOffering.status == status, licence_holds(ctx))
    if status is OfferingStatus.OFFLINE:
        return or_(
            CourseOffering.status == status,
            and_(CourseOffering.status == OfferingStatus.ONLINE, ~licence_holds(ctx)),
        )
    return CourseOffering.status == status


def _row(ctx: Context, offering: CourseOffering, teacher: str | None, registrations: int) -> OfferingRow:
    own = offering.course_owner_id == ctx.school.id
    licensed = own or is_licence_valid(offering.licence, ctx.today())
    status = OfferingStatus(offering.status)
    if status is OfferingStatus.ONLINE and not licensed:
        status = OfferingStatus.OFFLINE
    return OfferingRow(offering, own, status, licensed, teacher, registrations)


def _plain(dates: Dates) -> dict[str, str | None]:
    values = {field: getattr(dates, field) for field in Dates.__slots__}
    return {field: day.isoformat() if day else None for field, day in values.items()}
