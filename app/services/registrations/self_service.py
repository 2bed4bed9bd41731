"""A person's own registering, waiting and withdrawing, within the registration window by the school's calendar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Conflict, NotAllowed, NotFound, msg
from app.models import CourseOffering, Registration, WaitingPlace
from app.rules.offerings.dates import is_registration_open
from app.rules.permissions import Action
from app.services.registrations.seats import (
    hold_people,
    hold_seats,
    is_online,
    promote_waiting,
    register_many,
)
from app.services.shared.audit import record
from app.services.shared.require_permission import acting_user_id, require


class Place(StrEnum):
    """What one who asked for a seat has now."""

    REGISTERED = "registered"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of ``register``.

    Args:
        changed: whether something changed; one who is registered, or waits, stays so.
        position: the place on the waiting list, from 1, of one who waits.
    """

    place: Place
    changed: bool
    position: int | None = None


def register(ctx: Context, *, offering_id: int) -> Outcome:
    """Register the acting person for a course; when no seat is left he waits for one (候补).

    Raises:
        Conflict: outside the registration window.
        NotAllowed: nobody is logged in.
        NotFound: the course is not shown at this school.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    offering = _open_offering(ctx, offering_id)
    hold_people(ctx, [user_id], promoting=[offering])
    # Whoever waits comes before whoever comes.
    promote_waiting(ctx, offering)
    done = register_many(ctx, offering=offering, user_ids=[user_id], source="self")
    if done.registered:
        record(ctx, "registration.registered", "offering", offering_id, {"user_id": user_id})
    if "seats" in done.refused:
        return _wait(ctx, offering, user_id)
    if not done.registered and not done.already:
        # Disabled since the request began.
        raise NotAllowed(msg("请先登录"))
    return Outcome(Place.REGISTERED, bool(done.registered))


def withdraw(ctx: Context, *, offering_id: int) -> bool:
    """Withdraw the acting person from a course; the trace of it stays, and the first who waits gets the seat.

    Returns:
        Whether something changed; one who is not registered stays so.

    Raises:
        Conflict: outside the registration window.
        NotAllowed: nobody is logged in.
        NotFound: the course is not shown at this school.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    offering = _open_offering(ctx, offering_id)
    hold_people(ctx, [user_id], promoting=[offering], leaving=1)
    left = ctx.session.scalar(
        update(Registration)
        .where(
            Registration.offering_id == offering_id,
            Registration.user_id == user_id,
            Registration.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=ctx.now())
        .returning(Registration.id)
        .execution_options(synchronize_session=False)
    )
    if left is None:
        return False
    record(ctx, "registration.withdrawn", "offering", offering_id, {"user_id": user_id})
    promote_waiting(ctx, offering)
    return True


def leave_waiting(ctx: Context, *, offering_id: int) -> bool:
    """Take the acting person off a waiting list, at any time.

    Returns:
        Whether something changed; one who does not wait stays so.

    Raises:
        NotAllowed: nobody is logged in.
        NotFound: no such course here.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    hold_seats(ctx, offering_id)
    hold_people(ctx, [user_id])
    mine = (WaitingPlace.offering_id == offering_id, WaitingPlace.user_id == user_id)
    left = ctx.session.scalar(
        delete(WaitingPlace)
        .where(*mine)
        .returning(WaitingPlace.id)
        .execution_options(synchronize_session=False)
    )
    if left is not None:
        record(ctx, "registration.left_waiting", "offering", offering_id, {"user_id": user_id})
    return left is not None


def _open_offering(ctx: Context, offering_id: int) -> CourseOffering:
    gone = NotFound(msg("没有找到这门课程，可能已经下线"))
    try:
        offering = hold_seats(ctx, offering_id)
    except NotFound:
        raise gone from None
    if not is_online(ctx, offering):
        raise gone
    if not is_registration_open(offering.dates, ctx.today()):
        raise Conflict(
            msg(
                "现在不能报名或退课：注册时间为 %(first)s 至 %(last)s",
                first=str(offering.registration_starts_on),
                last=str(offering.registration_ends_on),
            )
        )
    return offering


def _wait(ctx: Context, offering: CourseOffering, user_id: int) -> Outcome:
    mine = (WaitingPlace.offering_id == offering.id, WaitingPlace.user_id == user_id)
    values = {
        "school_id": ctx.school.id,
        "offering_id": offering.id,
        "user_id": user_id,
        "created_at": ctx.now(),
    }
    written = insert(WaitingPlace).values(values).on_conflict_do_nothing().returning(WaitingPlace.id)
    place = ctx.session.scalar(written)
    changed = place is not None
    if changed:
        record(ctx, "registration.waiting", "offering", offering.id, {"user_id": user_id})
    own = select(WaitingPlace.id).where(*mine).scalar_subquery()
    ahead = select(func.count()).select_from(WaitingPlace)
    ahead = ahead.where(WaitingPlace.offering_id == offering.id, WaitingPlace.id <= own)
    return Outcome(Place.WAITING, changed, ctx.session.scalar(ahead))
