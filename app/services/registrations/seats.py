"""Writing registrations of an offering: seats counted under a lock, people registered in one statement.

Lock order of everything that writes registrations: the offering's row first (several: by id), then the rest. The lock
lasts until the end of the unit of work; it leaves readers and foreign keys alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Select, String, and_, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import NotFound, msg
from app.models import CourseLicence, CourseOffering, Enrolment, User, WaitingPlace
from app.rules.offerings.dates import is_registration_open
from app.rules.offerings.publication import OfferingStatus
from app.services.registrations.counts import registered_for
from app.services.registrations.notices import tell_promoted
from app.services.shared.audit import record

#: Kinds of accounts that can be registered; an administrator's student side is the same as a student's (chapter 3).
_KINDS = ("student", "teacher", "administrator")

#: Accounts given as ids, or as a query for ids.
UserIds = Collection[int] | Select[tuple[int]]


@dataclass(frozen=True, slots=True)
class Registered:
    """What ``register_many`` did.

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
    """The most people who may be registered: what the school set, or what the licence grants if that is less.

    Returns:
        ``None``: there is no limit.
    """
    limits = (offering.seats, licence.seats if licence is not None else None)
    return min((seats for seats in limits if seats is not None), default=None)


def lock_offering(ctx: Context, offering_id: int) -> CourseOffering:
    """An offering of the school with its licence, fresh and locked for the writing of registrations.

    The caller has seen to it that the actor may do this. Who locks several does so in the order of their ids.

    Raises:
        NotFound: no such course here.
    """
    offering = ctx.session.scalar(
        select(CourseOffering)
        .outerjoin(CourseOffering.licence)
        .options(contains_eager(CourseOffering.licence))
        .where(CourseOffering.school_id == ctx.school.id, CourseOffering.id == offering_id)
        .with_for_update(of=CourseOffering, key_share=True)
        .execution_options(populate_existing=True)
    )
    if offering is None:
        raise NotFound(msg("没有找到这门课程"))
    return offering


def is_online(ctx: Context, offering: CourseOffering) -> bool:
    """Whether students see the offering today: online, and its licence holds; the licence is loaded."""
    return offering.status == OfferingStatus.ONLINE and offering.is_licensed_on(ctx.today())


def free_seats(ctx: Context, offering: CourseOffering) -> int | None:
    """How many seats are free, ``None`` without a limit; true as long as the offering is locked."""
    seats = seats_of(offering, offering.licence)
    if seats is None:
        return None
    taken = select(func.count()).select_from(Enrolment)
    taken = taken.where(Enrolment.offering_id == offering.id, Enrolment.withdrawn_at.is_(None))
    return max(seats - (ctx.session.scalar(taken) or 0), 0)


def register_many(
    ctx: Context,
    *,
    offering: CourseOffering,
    user_ids: UserIds,
    source: str,
    selection_id: int | None = None,
) -> Registered:
    """Register people in one statement; where seats are short, those with the lowest 学号 get them.

    Who withdrew before is registered again; who waits for a seat waits no more. The caller writes the audit row.

    Args:
        offering: from ``lock_offering``, in this unit of work.
        user_ids: ids, or a query for ids; what is no active account of the school is refused.
        source: of ``Enrolment.source``.
        selection_id: the 选课 that does it.
    """
    asked = (User.school_id == ctx.school.id, User.id.in_(user_ids), User.kind.in_(_KINDS))
    theirs = registered_for(offering.id)
    counted = select(
        func.count(),
        func.count(Enrolment.id),
        func.count().filter(Enrolment.id.is_(None), User.status != "active"),
    )
    found, already, disabled = ctx.session.execute(
        counted.select_from(User).outerjoin(Enrolment, theirs).where(*asked)
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
    newcomers = (
        select(*values.values())
        .outerjoin(Enrolment, theirs)
        .where(*asked, User.status == "active", Enrolment.id.is_(None))
        .order_by(User.student_no, User.id)
        .limit(free)
    )
    written = insert(Enrolment).from_select(list(values), newcomers)
    written = written.on_conflict_do_update(
        index_elements=[Enrolment.school_id, Enrolment.offering_id, Enrolment.user_id],
        set_={name: written.excluded[name] for name in ("registered_at", "source", "selection_id")}
        | {"withdrawn_at": None},
    )
    done = () if free == 0 else tuple(ctx.session.scalars(written.returning(Enrolment.user_id)).all())
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
    """Give free seats to those who wait, in their order, and tell them; who frees seats calls this before the end.

    Only while students may register and withdraw, so that nobody gets a course that he cannot leave; afterwards staff
    admit from the list. Disabled accounts keep their place and are passed over.

    Args:
        offering: from ``lock_offering``, in this unit of work; what was changed in it counts.

    Returns:
        who got a seat.
    """
    if not is_online(ctx, offering) or not is_registration_open(offering.dates, ctx.today()):
        return ()
    free = free_seats(ctx, offering)
    if free == 0:
        return ()
    first = (
        select(WaitingPlace.user_id)
        .join(User, and_(User.school_id == WaitingPlace.school_id, User.id == WaitingPlace.user_id))
        .where(WaitingPlace.offering_id == offering.id, User.status == "active")
        .order_by(WaitingPlace.id)
        .limit(free)
    )
    waiting = ctx.session.scalars(first).all()
    if not waiting:
        return ()
    done = register_many(ctx, offering=offering, user_ids=waiting, source="waiting").user_ids
    data = {"count": len(done), "user_ids": list(done)}
    record(ctx, "enrolment.promoted", "offering", offering.id, data)
    tell_promoted(ctx, offering, done)
    return done


def promote_where_licensed(ctx: Context, licence_ids: Collection[int]) -> None:
    """Give free seats to those who wait, in the offerings of licences that were changed by the alliance.

    Args:
        ctx: in the scope of the school that has them.
    """
    waited_for = (
        select(WaitingPlace.offering_id)
        .join(
            CourseOffering,
            and_(
                CourseOffering.school_id == WaitingPlace.school_id,
                CourseOffering.id == WaitingPlace.offering_id,
            ),
        )
        .where(CourseOffering.school_id == ctx.school.id, CourseOffering.licence_id.in_(licence_ids))
        .distinct()
    )
    for offering_id in sorted(ctx.session.scalars(waited_for)):
        promote_waiting(ctx, lock_offering(ctx, offering_id))
