"""What students see: what is on now, a course, their own courses. One query each (the search: ``catalogue_search``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import Course, CourseOffering, Enrolment, User
from app.rules.offerings.dates import CourseState, course_state
from app.rules.offerings.publication import OfferingStatus
from app.rules.shared.semesters import term_label
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
        operating_teacher: the name of the 运营教师, if there is one.
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
        """The course itself."""
        return self.offering.course

    @property
    def title(self) -> str:
        """The course's title."""
        return self.course.title

    @property
    def teachers(self) -> str:
        """The course's teachers, as they are shown."""
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

    @property
    def term_label(self) -> Message:
        """The term in words."""
        return term_label(self.offering.term)

    @property
    def may_register(self) -> bool:
        """Whether registering and withdrawing are open today."""
        return self.shown and self.state is CourseState.OPEN


@dataclass(frozen=True, slots=True)
class OnNow:
    """What a school's first page shows; ``total`` counts the whole catalogue, ended courses included.

    ``newest`` are the courses that came last, of any state but 已结束; they stand in their state's list, too.
    """

    total: int
    open: list[CatalogueItem]
    running: list[CatalogueItem]
    upcoming: list[CatalogueItem]
    newest: list[CatalogueItem]


def list_on_now(ctx: Context, *, limit: int = 8, newest: int = 4) -> OnNow:
    """The courses that are not over: at most ``limit`` of each state, and the ``newest``, in one query."""
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
    """A course of the catalogue.

    Raises:
        NotFound: offline, not licensed, another school's, or none: one answer for all.
    """
    row = ctx.session.execute(items_query(ctx).where(is_shown(ctx), CourseOffering.id == offering_id)).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程，可能已经下线"))
    return as_item(ctx, *row)


def my_courses(ctx: Context) -> list[CatalogueItem]:
    """The courses that the acting person is registered for, the latest first, those gone offline included.

    Raises:
        NotAllowed: nobody is logged in.
    """
    user_id = acting_user_id(ctx)
    mine = select(Enrolment.registered_at).where(*_registered_as(user_id)).correlate(CourseOffering)
    wanted = (
        items_query(ctx)
        .add_columns(is_shown(ctx))
        .where(mine.exists())
        .order_by(mine.scalar_subquery().desc(), CourseOffering.id.desc())
    )
    return [as_item(ctx, *row) for row in ctx.session.execute(wanted)]


def registered_offerings(ctx: Context) -> frozenset[int]:
    """Ids of the offerings that the acting person is registered for; nobody is for none.

    Raises:
        NotAllowed: nobody is logged in.
    """
    mine = select(Enrolment.offering_id).where(
        Enrolment.user_id == acting_user_id(ctx), Enrolment.withdrawn_at.is_(None)
    )
    return frozenset(ctx.session.scalars(mine))


def is_shown(ctx: Context) -> ColumnElement[bool]:
    """What students see: online, and the licence holds; the query must outer-join ``CourseOffering.licence``."""
    return and_(CourseOffering.status == OfferingStatus.ONLINE, is_licensed(ctx.today()))


def _registered_as(user_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        Enrolment.school_id == CourseOffering.school_id,
        Enrolment.offering_id == CourseOffering.id,
        Enrolment.user_id == (user_id or 0),
        Enrolment.withdrawn_at.is_(None),
    )


def items_query(ctx: Context) -> Select[*tuple[Any, ...]]:
    """The school's offerings with course and licence, as rows for ``as_item``: the filter is the caller's."""
    registered = (
        select(Enrolment.id).where(*_registered_as(ctx.actor.user_id)).correlate(CourseOffering).exists()
    )
    statement: Select[*tuple[Any, ...]] = (
        select(CourseOffering, registered, registrations_of_offering(), User.real_name)
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
    )
    return with_operating_teacher(statement)


def with_operating_teacher(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The statement with the account of each offering's 运营教师, where there is one, as ``User``."""
    his = and_(User.school_id == CourseOffering.school_id, User.id == CourseOffering.operating_teacher_id)
    return statement.outerjoin(User, his)


def as_item(
    ctx: Context,
    offering: CourseOffering,
    registered: bool,
    registrations: int,
    teacher: str | None,
    shown: bool = True,
) -> CatalogueItem:
    """A row of ``items_query`` as students see it today."""
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
