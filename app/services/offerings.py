"""A course of the school in a term: its own dates, 「上线」 and 「下线」 (manual 7.3); the list is ``course_list``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotAllowed, NotFound, msg
from app.models import CourseLicence, CourseOffering, Enrolment, User
from app.rules.course_states import Move, OfferingStatus, missing_for_online, next_status
from app.rules.permissions import Action, may
from app.rules.windows import Dates, date_problems
from app.services.access import require
from app.services.audit import record
from app.services.licences import is_licence_valid
from app.services.mine import reachable_offerings
from app.services.own_offerings import follow_review

EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 12, 31)


class NotReady(Conflict):
    """「上线」 is refused; ``missing`` lists what is to be done first."""

    def __init__(self, missing: list[Message]) -> None:
        super().__init__(missing[0])
        self.missing = missing


@dataclass(frozen=True, slots=True)
class OfferingRow:
    """A course of the school in a term.

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

    Those who teach an own course set its dates themselves (manual 7.3); an approved one that has its dates is shown.

    Raises:
        Invalid: with the field; all four are required and must fit each other.
        NotAllowed: the actor may not set these dates.
        NotFound: no such course here.
    """
    mine = reachable_offerings(ctx, Action.EDIT_COURSE)
    dates = Dates(
        starts_on=starts_on,
        ends_on=ends_on,
        registration_starts_on=registration_starts_on,
        registration_ends_on=registration_ends_on,
    )
    for field, message in schedule_problems(dates).items():
        raise Invalid(field, message)
    offering = _locked(ctx, offering_id, mine)
    if not may_schedule(ctx, offering):
        raise NotAllowed(msg("您没有权限进行此操作"))
    before = dates_of(offering)
    if before == dates:
        return offering
    for field in Dates.__slots__:
        setattr(offering, field, getattr(dates, field))
    ctx.session.flush()
    record(ctx, "offering.scheduled", "offering", offering_id, {"old": _plain(before), "new": _plain(dates)})
    if offering.course_owner_id == ctx.school.id:
        follow_review(ctx, course_id=offering.course_id)
    return offering


def may_schedule(ctx: Context, offering: CourseOffering) -> bool:
    """Whether the actor, who reaches this offering, may set its dates."""
    own = offering.course_owner_id == ctx.school.id
    return may(ctx.actor.role, Action.EDIT_COURSE if own else Action.SCHEDULE_OFFERING)


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
    if offering.course_owner_id == ctx.school.id:
        raise Conflict(msg("本校慕课通过审核后自动上线，改为不通过即下线"))
    following = next_status(OfferingStatus(offering.status), move)
    if following is OfferingStatus.ONLINE:
        missing = missing_for_online(dates_of(offering), licensed=_is_licensed(ctx, offering))
        if missing:
            raise NotReady(missing)
    offering.status = following
    ctx.session.flush()
    record(ctx, f"offering.{following}", "offering", offering_id)
    return offering


def _locked(ctx: Context, offering_id: int, reachable: ColumnElement[bool] | None = None) -> CourseOffering:
    wanted = select(CourseOffering).where(CourseOffering.id == offering_id)
    if reachable is not None:
        wanted = wanted.where(reachable)
    offering = ctx.session.scalar(wanted.with_for_update())
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
