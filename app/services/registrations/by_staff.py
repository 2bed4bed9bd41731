"""Registrations made by staff (注册学生): add and remove people, and manage the waiting list, at any time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, func, select, update

from app.context import Context
from app.errors import Conflict, Invalid, msg
from app.models import Course, CourseOffering, Registration, SchoolClass, User, WaitingPlace
from app.rules.permissions import Action, Reach, reach
from app.rules.shared.search_words import search_words
from app.services.registrations.counts import registered_for
from app.services.registrations.lists import (
    RegistrationRow,
    all_registered,
    in_class,
    manageable,
    searched,
)
from app.services.registrations.notices import tell_added, tell_promoted, tell_removed, tell_waiting_removed
from app.services.registrations.seats import (
    Registered,
    free_seats,
    hold_people,
    hold_seats,
    is_online,
    promote_waiting,
    register_many,
)
from app.services.shared.audit import record
from app.services.shared.paging import LONG_PAGE_SIZE, Page, fetch_page, page_of
from app.services.shared.require_permission import require

REASON_LENGTH = 200
#: The most people of one request.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A student who can be added, or the reason why not: registered already, or the account is disabled."""

    user_id: int
    real_name: str
    number: str
    class_name: str | None
    status: str
    registered: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A person on the waiting list; ``position`` counts from 1."""

    user_id: int
    real_name: str
    number: str
    class_name: str | None
    status: str
    since: datetime
    position: int


@dataclass(frozen=True, slots=True)
class Exported:
    """The content of a workbook of registrations; ``title`` is the course's."""

    title: str
    rows: Sequence[RegistrationRow]


def must_search(ctx: Context) -> bool:
    """Return whether the actor sees students of the school only by searching for them."""
    return reach(ctx.actor.role, Action.MANAGE_REGISTRATIONS) is Reach.OWN


def find_candidates(
    ctx: Context, *, offering_id: int, text: str = "", class_id: int | None = None, page: int = 1
) -> Page[Candidate]:
    """Return the school's students, with the state of each in the offering.

    Teachers find the students they search for; the whole school is not listed for them.

    Args:
        text: as in ``list_registered``.
        class_id: as in ``list_registered``.
        page: from 1.

    Raises:
        NotFound: no such course for the actor.
    """
    manageable(ctx, offering_id)
    if must_search(ctx) and not search_words(text):
        return page_of((), page=page, size=LONG_PAGE_SIZE)
    registered = select(Registration.id).where(registered_for(offering_id))
    waits = select(WaitingPlace.id).where(
        WaitingPlace.school_id == User.school_id,
        WaitingPlace.user_id == User.id,
        WaitingPlace.offering_id == offering_id,
    )
    students = (
        select(
            User.id,
            User.real_name,
            func.coalesce(User.student_no, ""),
            SchoolClass.name,
            User.status,
            registered.exists(),
            waits.exists(),
        )
        .outerjoin(User.school_class)
        .where(User.kind == "student", searched(text), *in_class(class_id))
        .order_by(User.student_no, User.id)
    )
    return fetch_page(ctx.session, students, Candidate, page=page, size=LONG_PAGE_SIZE)


def class_choices(ctx: Context, *, offering_id: int) -> list[tuple[int, str]]:
    """Return id and name of every class of the school, for finding students to add; none for actors who must search.

    Raises:
        NotFound: no such course for the actor.
    """
    manageable(ctx, offering_id)
    if must_search(ctx):
        return []
    statement = select(SchoolClass.id, SchoolClass.name, SchoolClass.entry_year)
    rows = ctx.session.execute(
        statement.order_by(SchoolClass.entry_year.desc().nulls_last(), SchoolClass.name)
    )
    return [(number, f"{name} · {year}" if year else name) for number, name, year in rows]


def add_students(ctx: Context, *, offering_id: int, user_ids: Collection[int]) -> Registered:
    """Register students and notify them.

    Raises:
        Conflict: the course is not online.
        Invalid: ``students``: nobody was ticked, or too many.
        NotFound: no such course for the actor.
    """
    offering = _locked(ctx, offering_id, user_ids)
    if not is_online(ctx, offering):
        raise Conflict(msg("课程上线后才能添加学生"))
    promote_waiting(ctx, offering)
    done = register_many(ctx, offering=offering, user_ids=user_ids, source="staff")
    if done.registered:
        data = {"count": done.registered, "user_ids": list(done.user_ids)}
        record(ctx, "registration.added", "offering", offering_id, data)
        tell_added(ctx, offering, done.user_ids)
    return done


def remove_students(ctx: Context, *, offering_id: int, user_ids: Collection[int], reason: str) -> int:
    """Remove students from the course; they are told the reason, and people on the waiting list get their seats.

    Returns:
        the number of people who were registered.

    Raises:
        Invalid: ``reason`` is missing or too long; ``students``: nobody was ticked, or too many.
        NotFound: no such course for the actor.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise Invalid("reason", msg("请填写移出的原因，学生会在消息中看到"))
    if len(reason) > REASON_LENGTH:
        raise Invalid("reason", msg("超过 %(limit)s 个字符", limit=REASON_LENGTH))
    offering = _locked(ctx, offering_id, user_ids, leaving=len(user_ids))
    removed = ctx.session.scalars(
        update(Registration)
        .where(
            Registration.offering_id == offering_id,
            Registration.user_id.in_(user_ids),
            Registration.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=ctx.now())
        .returning(Registration.user_id)
        .execution_options(synchronize_session=False)
    ).all()
    if removed:
        data = {"count": len(removed), "reason": reason, "user_ids": list(removed)}
        record(ctx, "registration.removed", "offering", offering_id, data)
        tell_removed(ctx, offering, removed, reason)
        promote_waiting(ctx, offering)
    return len(removed)


def list_waiting(ctx: Context, *, offering_id: int, page: int = 1) -> Page[WaitingRow]:
    """Return the waiting list, in the order in which people get seats.

    Raises:
        NotFound: no such course for the actor.
    """
    manageable(ctx, offering_id)
    statement = (
        select(
            User.id,
            User.real_name,
            func.coalesce(User.student_no, User.login_name, ""),
            SchoolClass.name,
            User.status,
            WaitingPlace.created_at,
            func.row_number().over(order_by=WaitingPlace.id),
        )
        .select_from(WaitingPlace)
        .join(User, and_(User.school_id == WaitingPlace.school_id, User.id == WaitingPlace.user_id))
        .outerjoin(User.school_class)
        .where(WaitingPlace.offering_id == offering_id)
        .order_by(WaitingPlace.id)
    )
    return fetch_page(ctx.session, statement, WaitingRow, page=page, size=LONG_PAGE_SIZE)


def admit_waiting(ctx: Context, *, offering_id: int, user_ids: Collection[int]) -> int:
    """Give free seats to chosen people on the waiting list (「优先录取」), also after the end of registration.

    Raises:
        Conflict: the course is not online, or not so many seats are free.
        Invalid: ``students``: nobody was ticked, or too many.
        NotFound: no such course for the actor.
    """
    offering = _locked(ctx, offering_id, user_ids)
    if not is_online(ctx, offering):
        raise Conflict(msg("课程上线后才能录取学生"))
    waiting = ctx.session.scalars(
        select(WaitingPlace.user_id).where(
            WaitingPlace.offering_id == offering_id, WaitingPlace.user_id.in_(user_ids)
        )
    ).all()
    free = free_seats(ctx, offering)
    if free is not None and len(waiting) > free:
        raise Conflict(
            msg(
                "剩余名额 %(free)s 个，少于所选 %(wanted)s 人；请先在「详细信息」中增加名额或移出学生",
                free=free,
                wanted=len(waiting),
            )
        )
    done = register_many(ctx, offering=offering, user_ids=waiting, source="waiting").user_ids
    if done:
        data = {"count": len(done), "user_ids": list(done)}
        record(ctx, "registration.admitted", "offering", offering_id, data)
        tell_promoted(ctx, offering, done)
    return len(done)


def remove_waiting(ctx: Context, *, offering_id: int, user_ids: Collection[int]) -> int:
    """Remove people from the waiting list and notify them.

    Raises:
        Invalid: ``students``: nobody was ticked, or too many.
        NotFound: no such course for the actor.
    """
    offering = _locked(ctx, offering_id, user_ids)
    removed = ctx.session.scalars(
        delete(WaitingPlace)
        .where(WaitingPlace.offering_id == offering_id, WaitingPlace.user_id.in_(user_ids))
        .returning(WaitingPlace.user_id)
        .execution_options(synchronize_session=False)
    ).all()
    if removed:
        data = {"count": len(removed), "user_ids": list(removed)}
        record(ctx, "registration.waiting_removed", "offering", offering_id, data)
        tell_waiting_removed(ctx, offering, removed)
    return len(removed)


def _locked(ctx: Context, offering_id: int, user_ids: Collection[int], *, leaving: int = 0) -> CourseOffering:
    """Return the offering and the people of a request, locked together with those who may get a seat by it."""
    manageable(ctx, offering_id)
    if not user_ids:
        raise Invalid("students", msg("请至少勾选一名学生"))
    if len(user_ids) > MOST:
        raise Invalid("students", msg("一次最多 %(most)s 人", most=MOST))
    offering = hold_seats(ctx, offering_id)
    hold_people(ctx, user_ids, promoting=[offering], leaving=leaving)
    return offering


def export_registrations(ctx: Context, *, offering_id: int) -> Exported:
    """Return everybody who is registered, for a workbook (「导出」); the export is written to the audit log.

    Raises:
        NotAllowed: the actor's role may not.
        NotFound: no such course for the actor.
    """
    require(ctx, Action.EXPORT_REGISTRATIONS)
    rows = all_registered(ctx, offering_id=offering_id)
    title = ctx.session.scalars(
        select(Course.title)
        .join(
            CourseOffering,
            and_(CourseOffering.course_owner_id == Course.school_id, CourseOffering.course_id == Course.id),
        )
        .where(CourseOffering.school_id == ctx.school.id, CourseOffering.id == offering_id)
    ).one()
    record(ctx, "registration.exported", "offering", offering_id, {"count": len(rows)})
    return Exported(title, rows)
