"""A course of the school in a term: its own dates, 「上线」 and 「下线」 (manual 7.3); the list is ``course_list``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Select, and_, delete, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotAllowed, NotFound, msg
from app.models import CourseLicence, CourseOffering, LicenceAnswer, School, User
from app.rules.licences.conditions import MOST_SEATS
from app.rules.offerings.dates import Dates, date_problems
from app.rules.offerings.publication import Move, OfferingStatus, missing_for_online, next_status
from app.rules.permissions import Action, Reach, reach
from app.services.offerings.follow_review import follow_review, hold_terms
from app.services.offerings.public import publish_state
from app.services.registrations.counts import registrations_of_offering
from app.services.registrations.seats import promote_waiting
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.own_classes_and_courses import reachable_offerings

EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 12, 31)
REASON_LENGTH = 500


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
        teacher_missing: whether the alliance asks for a 运营教师 and there is none.
        operating_teacher: the name of the 运营教师, if there is one.
        registrations: how many are registered.
    """

    offering: CourseOffering
    own: bool
    status: OfferingStatus
    licensed: bool
    operating_teacher: str | None
    registrations: int
    teacher_missing: bool = False

    @property
    def missing(self) -> list[Message]:
        """What stands between it and 「上线」."""
        dates = self.offering.dates
        return missing_for_online(dates, licensed=self.licensed, teacher_missing=self.teacher_missing)

    @property
    def local_assessment(self) -> bool:
        """Whether the school may set an assessment of its own."""
        return not self.own and self.offering.licence is not None and self.offering.licence.local_assessment


def get_school_course(ctx: Context, *, offering_id: int) -> OfferingRow:
    """One course of the school.

    Raises:
        NotFound: none here, or the actor is a teacher who does not run it.
    """
    mine = reachable_offerings(ctx, Action.SEE_OFFERINGS)
    row = ctx.session.execute(_rows(ctx).where(CourseOffering.id == offering_id, mine)).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程"))
    found = _row(ctx, row[0], row[1], row[2])
    return replace(found, teacher_missing=_lacks_teacher(ctx, found.offering))


def _lacks_teacher(ctx: Context, offering: CourseOffering) -> bool:
    """Whether the alliance asks for a 运营教师 before a course goes online, and nobody in use is named."""
    named = select(User.id).where(
        User.school_id == ctx.school.id,
        User.id == (offering.operating_teacher_id or 0),
        User.status == "active",
    )
    asks = select(School.id).where(
        School.id == ctx.school.alliance_id, School.requires_operating_teacher, ~named.exists()
    )
    return ctx.session.scalar(asks) is not None


def schedule_offering(
    ctx: Context,
    *,
    offering_id: int,
    starts_on: date | None,
    ends_on: date | None,
    registration_starts_on: date | None,
    registration_ends_on: date | None,
    seats: int | None = None,
) -> CourseOffering:
    """Set the four dates (详细信息), whole days at the school, the last ones included, and the seats.

    Administrators set those of every course, teachers those of the school's own courses that they run or assist in.

    Args:
        seats: the most people who may be registered; ``None``: as many as the licence allows.

    Those who teach an own course set its dates themselves (manual 7.3); an approved one that has its dates is shown.

    Raises:
        Invalid: with the field; all four dates are required and must fit each other, and a licence bounds the seats.
        NotAllowed: a teacher, and the course is the alliance's.
        NotFound: no such course here.
    """
    dates = Dates(
        starts_on=starts_on,
        ends_on=ends_on,
        registration_starts_on=registration_starts_on,
        registration_ends_on=registration_ends_on,
    )
    for field, message in schedule_problems(dates).items():
        raise Invalid(field, message)
    hold_terms(ctx, offering_id, Action.SCHEDULE_OFFERING)
    offering = offering_to_edit(ctx, offering_id, Action.SCHEDULE_OFFERING)
    if not may_schedule(ctx, offering):
        raise NotAllowed(msg("联盟慕课的教学安排由学校管理员设置"))
    _check_seats(ctx, offering, seats)
    before = _plain(offering)
    for field in Dates.__slots__:
        setattr(offering, field, getattr(dates, field))
    offering.seats = seats
    after = _plain(offering)
    if before != after:
        ctx.session.flush()
        publish_state(ctx, offering_ids=[offering_id])
        record(ctx, "offering.scheduled", "offering", offering_id, {"old": before, "new": after})
        if offering.course_owner_id == ctx.school.id:
            follow_review(ctx, course_id=offering.course_id)
        # More seats, or a longer registration, let those in who wait.
        promote_waiting(ctx, offering)
    return offering


def may_schedule(ctx: Context, offering: CourseOffering) -> bool:
    """Whether the actor, who reaches this offering, may set its dates: a teacher those of own courses only."""
    found = reach(ctx.actor.role, Action.SCHEDULE_OFFERING)
    return found is Reach.ALL or (found is Reach.OWN and offering.course_owner_id == ctx.school.id)


def _check_seats(ctx: Context, offering: CourseOffering, seats: int | None) -> None:
    if seats is None:
        return
    licence = _licence_of(ctx, offering)
    most = licence.seats if licence is not None and licence.seats is not None else MOST_SEATS
    if not 1 <= seats <= most:
        raise Invalid("seats", msg("名额应为 1 至 %(most)s 的整数", most=most))


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


def decline_offer(ctx: Context, *, offering_id: int, reason: str) -> CourseOffering:
    """「拒绝」: the school does not want a course that was licensed to it; the secretariat reads why.

    Raises:
        Conflict: it is not 待提交, or another term of the course is or was in use.
        Invalid: no reason (field ``reason``), or too long.
        NotFound: no such alliance course here.
    """
    offering = offering_to_edit(ctx, offering_id, Action.DECLINE_LICENCE)
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("reason", msg("请填写拒绝的原因"))
    if len(reason) > REASON_LENGTH:
        raise Invalid("reason", msg("超过 %(limit)s 个字符", limit=REASON_LENGTH))
    licence = _licence_of(ctx, offering)
    if licence is None:
        raise NotFound(msg("没有找到这门课程"))
    others = select(CourseOffering.id).where(
        CourseOffering.licence_id == licence.id, CourseOffering.id != offering.id
    )
    if ctx.session.scalar(others.limit(1)) is not None:
        raise Conflict(msg("该课程还有其他学期的开课，不能拒绝；不再使用时请「下线」"))
    offering.status = next_status(OfferingStatus(offering.status), Move.DECLINE)
    ctx.session.add(
        LicenceAnswer(
            licence_id=licence.id,
            licensor_id=licence.licensor_id,
            reason=reason,
            answered_by_name=ctx.actor.name,
            answered_at=ctx.now(),
        )
    )
    ctx.session.flush()
    record(ctx, "offering.declined", "offering", offering_id, {"reason": reason})
    return offering


def reconsider_offer(ctx: Context, *, offering_id: int) -> CourseOffering:
    """「重新考虑」: a declined course is 待提交 again, and the answer is taken back.

    Raises:
        Conflict: it was not declined.
        NotFound: no such course here.
    """
    offering = offering_to_edit(ctx, offering_id, Action.DECLINE_LICENCE)
    offering.status = next_status(OfferingStatus(offering.status), Move.RECONSIDER)
    ctx.session.execute(delete(LicenceAnswer).where(LicenceAnswer.licence_id == offering.licence_id))
    ctx.session.flush()
    record(ctx, "offering.reconsidered", "offering", offering_id)
    return offering


def _move(ctx: Context, offering_id: int, move: Move) -> CourseOffering:
    offering = offering_to_edit(ctx, offering_id, Action.PUBLISH_OFFERING)
    if offering.course_owner_id == ctx.school.id:
        raise Conflict(msg("本校慕课通过审核后自动上线，改为不通过即下线"))
    following = next_status(OfferingStatus(offering.status), move)
    if following is OfferingStatus.ONLINE:
        needed = _lacks_teacher(ctx, offering)
        licence = _licence_of(ctx, offering)
        licensed = licence is not None and licence.holds_on(ctx.today())
        missing = missing_for_online(offering.dates, licensed=licensed, teacher_missing=needed)
        if missing:
            raise NotReady(missing)
    offering.status = following
    publish_state(ctx, offering_ids=[offering_id])
    record(ctx, f"offering.{following}", "offering", offering_id)
    # Seats may have come free while it was hidden.
    promote_waiting(ctx, offering)
    return offering


def offering_to_edit(ctx: Context, offering_id: int, action: Action) -> CourseOffering:
    """An offering on which the actor may do this, with its licence, fresh and held until the end of the unit of work.

    Raises:
        NotAllowed: the actor's role may not do this at all.
        NotFound: no such course here, or a teacher does not run it.
    """
    mine = reachable_offerings(ctx, action)
    wanted = (
        select(CourseOffering)
        .outerjoin(CourseOffering.licence)
        .options(contains_eager(CourseOffering.licence))
        .where(CourseOffering.id == offering_id, mine)
    )
    offering = ctx.session.scalar(locking(wanted, CourseOffering, Hold.WRITE))
    if offering is None:
        raise NotFound(msg("没有找到这门课程"))
    return offering


def _licence_of(ctx: Context, offering: CourseOffering) -> CourseLicence | None:
    return ctx.session.scalar(
        select(CourseLicence).where(
            CourseLicence.school_id == ctx.school.id, CourseLicence.id == offering.licence_id
        )
    )


def _rows(ctx: Context) -> Select[CourseOffering, str, int]:
    registrations = registrations_of_offering()
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
    licensed = offering.is_licensed_on(ctx.today())
    status = OfferingStatus(offering.status)
    if status is OfferingStatus.ONLINE and not licensed:
        status = OfferingStatus.OFFLINE
    return OfferingRow(offering, offering.own, status, licensed, teacher, registrations)


def _plain(offering: CourseOffering) -> dict[str, str | int | None]:
    values = {field: getattr(offering, field) for field in Dates.__slots__}
    plain: dict[str, str | int | None] = {
        field: day.isoformat() if day else None for field, day in values.items()
    }
    return plain | {"seats": offering.seats}
