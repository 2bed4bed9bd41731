"""One course of the school in a term, read for its page or held to be edited."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import CourseOffering, School, User
from app.rules.offerings.publication import OfferingStatus, missing_for_online
from app.rules.permissions import Action
from app.services.registrations.counts import registrations_of_offering
from app.services.shared.locks import Hold, locking
from app.services.shared.own_classes_and_courses import reachable_offerings


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
    return replace(found, teacher_missing=lacks_teacher(ctx, found.offering))


def lacks_teacher(ctx: Context, offering: CourseOffering) -> bool:
    """Return whether the alliance asks for a 运营教师 before a course goes online, and nobody in use is named."""
    named = select(User.id).where(
        User.school_id == ctx.school.id,
        User.id == (offering.operating_teacher_id or 0),
        User.status == "active",
    )
    asks = select(School.id).where(
        School.id == ctx.school.alliance_id, School.requires_operating_teacher, ~named.exists()
    )
    return ctx.session.scalar(asks) is not None


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
