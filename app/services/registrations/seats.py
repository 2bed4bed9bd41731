"""Writing registrations of an offering: seats are counted under a lock, people registered in one statement.

A service that writes registrations locks the offerings (``hold_seats``), then the people whose rows it inserts,
changes or deletes (``hold_people``): all of each at once, in the order of ``app.services.shared.locks``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import NotFound, msg
from app.models import CourseLicence, CourseOffering, Registration, User, WaitingPlace
from app.rules.offerings.dates import is_registration_open
from app.rules.offerings.publication import OfferingStatus
from app.services.registrations.counts import registered_for
from app.services.registrations.notices import tell_promoted
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking

#: Kinds of accounts that can be registered; an administrator's student side is the same as a student's (chapter 3).
_KINDS = ("student", "teacher", "administrator")

#: Accounts given as ids, or as a query for ids.
UserIds = Collection[int] | Select[int]


@dataclass(frozen=True, slots=True)
class Registered:
    """The result of ``register_many``.

    Args:
        registered: how many were registered now.
        already: how many were registered before.
        refused: reason -> how many: ``disabled`` (停用), ``seats`` (名额已满), ``unknown`` (no such account here).
        user_ids: who was registered now.
    """

    registered: int
    already: int
    refused: Mapping[str, int]
    user_ids: tuple[int, ...]


def seats_of(offering: CourseOffering, licence: CourseLicence | None) -> int | None:
    """Return the most people who may be registered: what the school set, or what the licence grants if that is less.

    Returns:
        ``None``: there is no limit.
    """
    limits = (offering.seats, licence.seats if licence is not None else None)
    return min((seats for seats in limits if seats is not None), default=None)


def hold_seats(ctx: Context, offering_id: int) -> CourseOffering:
    """Return an offering of the school with its licence, fresh and locked for writing registrations.

    The caller has checked that the actor may do this.

    Raises:
        NotFound: no such course here.
    """
    (offering,) = hold_seats_of(ctx, [offering_id]) or (None,)
    if offering is None:
        raise NotFound(msg("没有找到这门课程"))
    return offering


def hold_seats_of(ctx: Context, offering_ids: Collection[int] | Select[int]) -> list[CourseOffering]:
    """Return several offerings as ``hold_seats`` does; a service that needs more than one locks all of them at once.

    Args:
        offering_ids: ids, or a query for ids; missing ones are left out.
    """
    offerings = (
        select(CourseOffering)
        .outerjoin(CourseOffering.licence)
        .options(contains_eager(CourseOffering.licence))
        .where(CourseOffering.school_id == ctx.school.id, CourseOffering.id.in_(offering_ids))
    )
    return list(ctx.session.scalars(locking(offerings, CourseOffering, Hold.WRITE)))


def hold_people(
    ctx: Context, user_ids: UserIds = (), *, promoting: Collection[CourseOffering] = (), leaving: int = 0
) -> None:
    """Lock people against deletion or a change of 学号, phone or address until the unit of work ends.

    Writing their registrations, places and messages takes the same locks one by one, in the order of writing; a
    service that takes many of them, or changes what others delete together with the person, locks all of them first.

    Args:
        user_ids: the people whose registrations or places are written.
        promoting: locked offerings on whose waiting lists seats may be given out.
        leaving: the most seats that come free.
    """
    first = [_next_in_line(ctx, offering, leaving) for offering in promoting if _gives_seats(ctx, offering)]
    concerned = or_(User.id.in_(user_ids), *(User.id.in_(waiting) for waiting in first))
    people = select(User.id).where(User.school_id == ctx.school.id, concerned)
    ctx.session.execute(locking(people, User, Hold.KEEP))


def is_online(ctx: Context, offering: CourseOffering) -> bool:
    """Return whether students see the offering today: online, and its licence holds; the licence is loaded."""
    return offering.status == OfferingStatus.ONLINE and offering.is_licensed_on(ctx.today())


def free_seats(ctx: Context, offering: CourseOffering) -> int | None:
    """Return how many seats are free, ``None`` without a limit; true as long as the offering is locked."""
    seats = seats_of(offering, offering.licence)
    if seats is None:
        return None
    taken = select(func.count()).select_from(Registration)
    taken = taken.where(Registration.offering_id == offering.id, Registration.withdrawn_at.is_(None))
    return max(seats - (ctx.session.scalar(taken) or 0), 0)


def register_many(
    ctx: Context,
    *,
    offering: CourseOffering,
    user_ids: UserIds,
    source: str,
    selection_id: int | None = None,
) -> Registered:
    """Register people in one statement; where seats are short, the people with the lowest 学号 get them.

    People who withdrew before are registered again; people on the waiting list leave it. The caller writes the audit
    row.

    Args:
        offering: from ``hold_seats``, in this unit of work.
        user_ids: ids, or a query for ids; anything but an active account of the school is refused.
        source: of ``Registration.source``.
        selection_id: the 选课 that registers them.
    """
    requested = (User.school_id == ctx.school.id, User.id.in_(user_ids), User.kind.in_(_KINDS))
    own_registration = registered_for(offering.id)
    counted = select(
        func.count(),
        func.count(Registration.id),
        func.count().filter(Registration.id.is_(None), User.status != "active"),
    )
    found, already, disabled = ctx.session.execute(
        counted.select_from(User).outerjoin(Registration, own_registration).where(*requested)
    ).one()
    free = free_seats(ctx, offering)
    values = {
        "school_id": User.school_id,
        "offering_id": literal(offering.id, BigInteger),
        "user_id": User.id,
        "registered_at": literal(ctx.now()),
        "source": literal(source, String),
        "selection_id": literal(selection_id, BigInteger),
    }
    seated = (
        select(*(value.label(name) for name, value in values.items()))
        .outerjoin(Registration, own_registration)
        .where(*requested, User.status == "active", Registration.id.is_(None))
        .order_by(User.student_no, User.id)
        .limit(free)
        .subquery()
    )
    newcomers = select(*seated.c).order_by(seated.c.user_id)
    statement = insert(Registration).from_select(list(values), newcomers)
    statement = statement.on_conflict_do_update(
        index_elements=[Registration.school_id, Registration.offering_id, Registration.user_id],
        set_={name: statement.excluded[name] for name in ("registered_at", "source", "selection_id")}
        | {"withdrawn_at": None},
    )
    done = () if free == 0 else tuple(ctx.session.scalars(statement.returning(Registration.user_id)).all())
    if done:
        ctx.session.execute(
            delete(WaitingPlace).where(
                WaitingPlace.offering_id == offering.id, WaitingPlace.user_id.in_(done)
            ),
            execution_options={"synchronize_session": False},
        )
    unknown = 0 if isinstance(user_ids, Select) else len(set(user_ids)) - found
    refused = {"disabled": disabled, "seats": found - already - disabled - len(done), "unknown": unknown}
    return Registered(
        len(done), already, {reason: number for reason, number in refused.items() if number}, done
    )


def promote_waiting(ctx: Context, offering: CourseOffering) -> tuple[int, ...]:
    """Give free seats to people on the waiting list, in its order, and notify them; call this after freeing seats.

    Only while students may register and withdraw, so that nobody gets a course that they cannot leave; afterwards
    staff admit from the list. Disabled accounts keep their place and are passed over.

    Args:
        offering: from ``hold_seats``, in this unit of work; changes made in it count.

    Returns:
        the people who got a seat.
    """
    if not _gives_seats(ctx, offering):
        return ()
    waiting = ctx.session.scalars(_next_in_line(ctx, offering)).all()
    if not waiting:
        return ()
    done = register_many(ctx, offering=offering, user_ids=waiting, source="waiting").user_ids
    data = {"count": len(done), "user_ids": list(done)}
    record(ctx, "registration.promoted", "offering", offering.id, data)
    tell_promoted(ctx, offering, done)
    return done


def waits_somebody() -> ColumnElement[bool]:
    """Return the condition that somebody waits for a seat of an offering in the query."""
    return (
        exists()
        .where(
            WaitingPlace.school_id == CourseOffering.school_id, WaitingPlace.offering_id == CourseOffering.id
        )
        .correlate(CourseOffering)
    )


def promote_in(ctx: Context, offerings: Collection[CourseOffering]) -> None:
    """Call ``promote_waiting`` for several offerings from ``hold_seats_of``."""
    if len(offerings) > 1:
        hold_people(ctx, promoting=offerings)
    for offering in offerings:
        promote_waiting(ctx, offering)


def _gives_seats(ctx: Context, offering: CourseOffering) -> bool:
    return is_online(ctx, offering) and is_registration_open(offering.dates, ctx.today())


def _next_in_line(ctx: Context, offering: CourseOffering, leaving: int = 0) -> Select[int]:
    """Return who gets the free seats, and ``leaving`` more: ids in the order of the waiting list."""
    seats = seats_of(offering, offering.licence)
    first = (
        select(WaitingPlace.user_id)
        .join(User, and_(User.school_id == WaitingPlace.school_id, User.id == WaitingPlace.user_id))
        .where(WaitingPlace.offering_id == offering.id, User.status == "active")
        .order_by(WaitingPlace.id)
    )
    if seats is None:
        return first
    taken = select(func.count()).select_from(Registration)
    taken = taken.where(
        Registration.school_id == ctx.school.id,
        Registration.offering_id == offering.id,
        Registration.withdrawn_at.is_(None),
    )
    return first.limit(func.greatest(seats + leaving - taken.scalar_subquery(), 0))
