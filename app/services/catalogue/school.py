"""The school's catalogue for students: current, single and own courses. One query each (see also ``search``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import NotFound, msg
from app.models import Course, CourseOffering, Registration, User
from app.rules.offerings.phase import CourseState, course_state
from app.rules.offerings.publication import OfferingStatus
from app.services.offerings.phase import state_condition, state_number
from app.services.registrations.counts import registrations_of_offering
from app.services.registrations.seats import seats_of
from app.services.shared.licence_conditions import is_licensed
from app.services.shared.require_permission import acting_user_id


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A course as a student sees it; ids, dates and term are those of the school's offering.

    Args:
        offering: the school's offering, its course loaded; its dates are whole days at the school.
        state: 报名中, 即将开课, 进行中 or 已结束, on this day.
        source: ``alliance`` (联盟慕课) or ``own`` (本校).
        registered: whether the acting person is registered.
        registrations: how many people are registered.
        seats_left: seats that are free, ``None`` without a limit.
        shown: whether it is in the catalogue now (a course that the person registered for may be offline by now).
        shown: whether it is in the catalogue now (a course that one registered for may be offline by now).
    """

    offering: CourseOffering
    state: CourseState
    source: str
    registered: bool
    registrations: int
    seats_left: int | None
    operating_teacher: str | None
    shown: bool = True

    @property
    def id(self) -> int:
        """The offering's id."""
        return self.offering.id

    @property
    def course(self) -> Course:
        """The course."""
        return self.offering.course

    @property
    def title(self) -> str:
        """The course's title."""
        return self.course.title

    @property
    def teachers(self) -> str:
        """The course's teachers, as displayed."""
        return self.course.teachers

    @property
    def category(self) -> str:
        """The course's category."""
        return self.course.category

    @property
    def starts_on(self) -> date | None:
        """The first day of the course."""
        return self.offering.starts_on

    @property
    def ends_on(self) -> date | None:
        """The last day of the course."""
        return self.offering.ends_on

    @property
    def registration_starts_on(self) -> date | None:
        """The first day of registration."""
        return self.offering.registration_starts_on

    @property
    def registration_ends_on(self) -> date | None:
        """The last day of registration."""
        return self.offering.registration_ends_on


@dataclass(frozen=True, slots=True)
class OnNow:
    """The courses on a school's first page; ``total`` counts the whole catalogue, ended courses included.

    ``newest`` are the latest courses, of any state but 已结束; they are in their state's list, too.
    """

    total: int
    open: list[CatalogueItem]
    running: list[CatalogueItem]
    upcoming: list[CatalogueItem]
    newest: list[CatalogueItem]


def list_on_now(ctx: Context, *, limit: int = 8, newest: int = 4) -> OnNow:
    """Return the courses that are not over: at most ``limit`` of each state, and the ``newest``, in one query."""
    state, ended = state_number(ctx), state_condition(CourseState.ENDED, ctx.today())
    latest = (ended, CourseOffering.created_at.desc(), CourseOffering.id.desc())
    ranked = (
        select(
            CourseOffering.id.label("id"),
            state.label("state"),
            func.row_number()
            .over(partition_by=state, order_by=(CourseOffering.starts_on, CourseOffering.id))
            .label("place"),
            func.row_number().over(order_by=latest).label("newness"),
            func.count().over().label("total"),
        )
        .outerjoin(CourseOffering.licence)
        .where(CourseOffering.school_id == ctx.school.id, is_shown(ctx))
        .subquery()
    )
    rows = ctx.session.execute(
        items_query(ctx)
        .add_columns(ranked.c.place, ranked.c.newness, ranked.c.total)
        .join(ranked, ranked.c.id == CourseOffering.id)
        .where(or_(ranked.c.place <= limit, ranked.c.newness <= newest))
        .order_by(ranked.c.state, ranked.c.place)
    ).all()
    items = [(as_item(ctx, *row[:-3]), row.place, row.newness) for row in rows]
    by_state = {
        state: [item for item, place, _ in items if item.state is state and place <= limit]
        for state in CourseState
    }
    fresh = sorted((each for each in items if each[2] <= newest), key=lambda each: int(each[2]))
    return OnNow(
        rows[0].total if rows else 0,
        by_state[CourseState.OPEN],
        by_state[CourseState.RUNNING],
        by_state[CourseState.UPCOMING],
        [item for item, _, _ in fresh if item.state is not CourseState.ENDED],
    )


def get_offering(ctx: Context, *, offering_id: int) -> CatalogueItem:
    """Return a course of the catalogue.

    Raises:
        NotFound: offline, not licensed, another school's, or unknown: the same answer for all.
    """
    row = ctx.session.execute(items_query(ctx).where(is_shown(ctx), CourseOffering.id == offering_id)).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程，可能已经下线"))
    return as_item(ctx, *row)


def my_courses(ctx: Context) -> list[CatalogueItem]:
    """Return the courses that the acting person is registered for, the latest first, including those offline by now.

    Raises:
        NotAllowed: nobody is logged in.
    """
    user_id = acting_user_id(ctx)
    registered_at = (
        select(Registration.registered_at).where(*_registered_as(user_id)).correlate(CourseOffering)
    )
    query = (
        items_query(ctx)
        .add_columns(is_shown(ctx))
        .where(registered_at.exists())
        .order_by(registered_at.scalar_subquery().desc(), CourseOffering.id.desc())
    )
    return [as_item(ctx, *row) for row in ctx.session.execute(query)]


def registered_offerings(ctx: Context) -> frozenset[int]:
    """Return ids of the offerings that the acting person is registered for.

    Raises:
        NotAllowed: nobody is logged in.
    """
    query = select(Registration.offering_id).where(
        Registration.user_id == acting_user_id(ctx), Registration.withdrawn_at.is_(None)
    )
    return frozenset(ctx.session.scalars(query))


def is_shown(ctx: Context) -> ColumnElement[bool]:
    """Return the condition that students see an offering: online, and the licence holds.

    The query must outer-join ``CourseOffering.licence``.
    """
    return and_(CourseOffering.status == OfferingStatus.ONLINE, is_licensed(ctx.today()))


def _registered_as(user_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        Registration.school_id == CourseOffering.school_id,
        Registration.offering_id == CourseOffering.id,
        Registration.user_id == (user_id or 0),
        Registration.withdrawn_at.is_(None),
    )


def items_query(ctx: Context) -> Select[*tuple[Any, ...]]:
    """Return a query for the school's offerings with course and licence, for ``as_item``; the caller filters."""
    registered = (
        select(Registration.id).where(*_registered_as(ctx.actor.user_id)).correlate(CourseOffering).exists()
    )
    statement: Select[*tuple[Any, ...]] = (
        select(CourseOffering, registered, registrations_of_offering(), User.real_name)
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
    )
    return with_operating_teacher(statement)


def with_operating_teacher(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the statement with the account of each offering's 运营教师, if there is one, as ``User``."""
    is_teacher = and_(
        User.school_id == CourseOffering.school_id, User.id == CourseOffering.operating_teacher_id
    )
    return statement.outerjoin(User, is_teacher)


def as_item(
    ctx: Context,
    offering: CourseOffering,
    registered: bool,
    registrations: int,
    teacher: str | None,
    shown: bool = True,
) -> CatalogueItem:
    """Return a row of ``items_query`` as students see it today."""
    seats = seats_of(offering, offering.licence)
    return CatalogueItem(
        offering,
        course_state(offering.dates, ctx.today()),
        "own" if offering.course_owner_id == ctx.school.id else "alliance",
        registered,
        registrations,
        None if seats is None else max(seats - registrations, 0),
        teacher,
        shown,
    )
