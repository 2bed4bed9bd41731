"""Registering, waiting and withdrawing by oneself, within the registration window by the school's calendar."""

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
    """The place of a person who asked for a seat."""

    REGISTERED = "registered"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of ``register``.

    Args:
        changed: whether something changed; a person who is registered, or waits, stays so.
        position: the place on the waiting list, from 1, of a person who waits.
    """

    place: Place
    changed: bool
    position: int | None = None


def register(ctx: Context, *, offering_id: int) -> Outcome:
    """Register the acting person for a course, or put them on the waiting list (候补) when no seat is free.

    Raises:
        Conflict: outside the registration window.
        NotAllowed: nobody is logged in.
        NotFound: the course is not shown at this school.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    offering = _open_offering(ctx, offering_id)
    hold_people(ctx, [user_id], promoting=[offering])
    # People on the waiting list go first.
    promote_waiting(ctx, offering)
    done = register_many(ctx, offering=offering, user_ids=[user_id], source="self")
    if done.registered:
        record(ctx, "registration.registered", "offering", offering_id, {"user_id": user_id})
    if "seats" in done.refused:
        return _wait(ctx, offering, user_id)
    if not done.registered and not done.already:
        # The account was disabled since the request began.
        raise NotAllowed(msg("请先登录"))
    return Outcome(Place.REGISTERED, bool(done.registered))


def withdraw(ctx: Context, *, offering_id: int) -> bool:
    """Withdraw the acting person from a course; the row stays, and the first person on the waiting list gets the seat.

    Returns:
        Whether something changed; a person who is not registered stays so.

    Raises:
        Conflict: outside the registration window.
        NotAllowed: nobody is logged in.
        NotFound: the course is not shown at this school.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    offering = _open_offering(ctx, offering_id)
    hold_people(ctx, [user_id], promoting=[offering], leaving=1)
    withdrawn = ctx.session.scalar(
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
    if withdrawn is None:
        return False
    record(ctx, "registration.withdrawn", "offering", offering_id, {"user_id": user_id})
    promote_waiting(ctx, offering)
    return True


def leave_waiting(ctx: Context, *, offering_id: int) -> bool:
    """Remove the acting person from a waiting list, at any time.

    Returns:
        Whether something changed; a person who does not wait stays so.

    Raises:
        NotAllowed: nobody is logged in.
        NotFound: no such course here.
    """
    require(ctx, Action.REGISTER)
    user_id = acting_user_id(ctx)
    hold_seats(ctx, offering_id)
    hold_people(ctx, [user_id])
    own_place = (WaitingPlace.offering_id == offering_id, WaitingPlace.user_id == user_id)
    removed = ctx.session.scalar(
        delete(WaitingPlace)
        .where(*own_place)
        .returning(WaitingPlace.id)
        .execution_options(synchronize_session=False)
    )
    if removed is not None:
        record(ctx, "registration.left_waiting", "offering", offering_id, {"user_id": user_id})
    return removed is not None


def _open_offering(ctx: Context, offering_id: int) -> CourseOffering:
    not_found = NotFound(msg("没有找到这门课程，可能已经下线"))
    try:
        offering = hold_seats(ctx, offering_id)
    except NotFound:
        raise not_found from None
    if not is_online(ctx, offering):
        raise not_found
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
    own_place = (WaitingPlace.offering_id == offering.id, WaitingPlace.user_id == user_id)
    values = {
        "school_id": ctx.school.id,
        "offering_id": offering.id,
        "user_id": user_id,
        "created_at": ctx.now(),
    }
    statement = insert(WaitingPlace).values(values).on_conflict_do_nothing().returning(WaitingPlace.id)
    place = ctx.session.scalar(statement)
    changed = place is not None
    if changed:
        record(ctx, "registration.waiting", "offering", offering.id, {"user_id": user_id})
    own = select(WaitingPlace.id).where(*own_place).scalar_subquery()
    ahead = select(func.count()).select_from(WaitingPlace)
    ahead = ahead.where(WaitingPlace.offering_id == offering.id, WaitingPlace.id <= own)
    return Outcome(Place.WAITING, changed, ctx.session.scalar(ahead))
