"""Registering for courses and withdrawing, within the registration window by the school's calendar."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Conflict, NotFound, msg
from app.models import CourseLicence, CourseOffering, Enrolment
from app.rules.course_states import OfferingStatus
from app.rules.permissions import Action
from app.rules.windows import is_registration_open
from app.services.access import acting_user_id, require
from app.services.audit import record
from app.services.offerings import dates_of, licence_holds


def register(ctx: Context, *, offering_id: int) -> bool:
    """Register the acting person for a course.

    Returns:
        Whether something changed; one who is registered stays registered.

    Raises:
        Conflict: outside the registration window, or no seat is left.
        NotAllowed: nobody is logged in.
        NotFound: the course is not shown at this school.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    offering, seats = _open_offering(ctx, offering_id)
    if seats is not None:
        _take_seat(ctx, offering, seats, user_id)
    # The second of two registrations at once finds the row of the first and changes nothing.
    statement = (
        insert(Enrolment)
        .values(school_id=ctx.school.id, offering_id=offering_id, user_id=user_id, registered_at=ctx.now())
        .on_conflict_do_update(
            index_elements=[Enrolment.school_id, Enrolment.offering_id, Enrolment.user_id],
            set_={"withdrawn_at": None, "registered_at": ctx.now()},
            where=Enrolment.withdrawn_at.is_not(None),
        )
        .returning(Enrolment.id)
    )
    changed = ctx.session.scalar(statement) is not None
    if changed:
        record(ctx, "enrolment.registered", "offering", offering_id, {"user_id": user_id})
    return changed


def withdraw(ctx: Context, *, offering_id: int) -> bool:
    """Withdraw the acting person from a course; the trace of it stays.

    Returns:
        Whether something changed; one who is not registered stays so.

    Raises:
        Conflict: outside the registration window.
        NotAllowed: nobody is logged in.
        NotFound: the course is not shown at this school.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    _open_offering(ctx, offering_id)
    left = ctx.session.scalar(
        update(Enrolment)
        .where(
            Enrolment.offering_id == offering_id,
            Enrolment.user_id == user_id,
            Enrolment.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=ctx.now())
        .returning(Enrolment.id)
        .execution_options(synchronize_session=False)
    )
    if left is not None:
        record(ctx, "enrolment.withdrawn", "offering", offering_id, {"user_id": user_id})
    return left is not None


def _open_offering(ctx: Context, offering_id: int) -> tuple[CourseOffering, int | None]:
    row = ctx.session.execute(
        select(CourseOffering, CourseLicence.seats)
        .outerjoin(CourseOffering.licence)
        .where(
            CourseOffering.id == offering_id,
            CourseOffering.status == OfferingStatus.ONLINE,
            licence_holds(ctx),
        )
    ).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程，可能已经下线"))
    offering: CourseOffering = row[0]
    if not is_registration_open(dates_of(offering), ctx.today()):
        raise Conflict(
            msg(
                "现在不能报名或退课：注册时间为 %(first)s 至 %(last)s",
                first=str(offering.registration_starts_on),
                last=str(offering.registration_ends_on),
            )
        )
    return offering, row[1]


def _take_seat(ctx: Context, offering: CourseOffering, seats: int, user_id: int) -> None:
    """Count under a lock on the offering, so that of two who want the last seat one gets it."""
    ctx.session.execute(select(CourseOffering.id).where(CourseOffering.id == offering.id).with_for_update())
    active = (Enrolment.offering_id == offering.id, Enrolment.withdrawn_at.is_(None))
    mine = select(Enrolment.id).where(*active, Enrolment.user_id == user_id)
    if ctx.session.scalar(mine) is not None:
        return
    if (ctx.session.scalar(select(func.count()).select_from(Enrolment).where(*active)) or 0) >= seats:
        raise Conflict(msg("名额已满（共 %(seats)s 个）", seats=seats))
