"""What students see: the school's catalogue, a course, their own courses. One query each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import Course, CourseLicence, CourseOffering, Enrolment, User
from app.rules.course_states import OfferingStatus
from app.rules.terms import term_label
from app.rules.windows import CourseState, course_state
from app.services.access import acting_user_id
from app.services.course_search import course_matches
from app.services.offerings import dates_of, licence_holds
from app.services.paging import Page

PAGE_SIZE = 12


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A course as a student sees it; ids, dates and term are those of the school's offering.

    Args:
        offering: the school's offering, its course loaded; its dates are whole days at the school.
        state: 报名中, 即将开课, 进行中 or 已结束, on this day.
        source: ``alliance`` (联盟慕课) or ``own`` (本校).
        registered: whether the acting person is registered.
        seats_left: seats that are free, ``None`` without a limit.
        operating_teacher: the name of the 运营教师, if there is one.
        shown: whether it is in the catalogue now (a course that one registered for may be offline by now).
    """

    offering: CourseOffering
    state: CourseState
    source: str
    registered: bool
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
    """What a school's first page shows; ``total`` counts the whole catalogue, ended courses included."""

    total: int
    open: list[CatalogueItem]
    running: list[CatalogueItem]
    upcoming: list[CatalogueItem]


def list_offerings(
    ctx: Context, *, text: str = "", category: str = "", state: str = "", page: int = 1
) -> Page[CatalogueItem]:
    """The school's catalogue: what is online and licensed, 报名中 first.

    Args:
        text: as ``course_search``.
        category: exact; blank for all.
        state: a ``CourseState`` by the school's calendar; blank (or no state at all) for all.
    """
    wanted = _items(ctx).where(_shown(ctx)).add_columns(func.count().over())
    if text.strip():
        wanted = wanted.where(course_matches(text))
    if category:
        wanted = wanted.where(Course.category == category)
    if state in set(CourseState):
        wanted = wanted.where(state_condition(CourseState(state), ctx.today()))
    rows = ctx.session.execute(
        wanted.order_by(_state_number(ctx), CourseOffering.starts_on, CourseOffering.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    items = tuple(_item(ctx, *row[:-1]) for row in rows)
    return Page(items, rows[0][-1] if rows else 0, page, PAGE_SIZE)


def list_on_now(ctx: Context, *, limit: int = 8) -> OnNow:
    """The courses that are not over, by state, at most ``limit`` of each, in one query."""
    state = _state_number(ctx)
    ranked = (
        select(
            CourseOffering.id.label("id"),
            state.label("state"),
            func.row_number()
            .over(partition_by=state, order_by=(CourseOffering.starts_on, CourseOffering.id))
            .label("place"),
            func.count().over().label("total"),
        )
        .outerjoin(CourseOffering.licence)
        .where(CourseOffering.school_id == ctx.school.id, _shown(ctx))
        .subquery()
    )
    rows = ctx.session.execute(
        _items(ctx)
        .add_columns(ranked.c.total)
        .join(ranked, ranked.c.id == CourseOffering.id)
        .where(ranked.c.place <= limit)
        .order_by(ranked.c.state, ranked.c.place)
    ).all()
    items = [_item(ctx, *row[:-1]) for row in rows]
    by_state = {state: [item for item in items if item.state is state] for state in CourseState}
    return OnNow(
        rows[0].total if rows else 0,
        by_state[CourseState.OPEN],
        by_state[CourseState.RUNNING],
        by_state[CourseState.UPCOMING],
    )


def list_categories(ctx: Context) -> list[str]:
    """The categories of the courses in the catalogue."""
    return list(
        ctx.session.scalars(
            select(Course.category)
            .select_from(CourseOffering)
            .join(CourseOffering.course)
            .outerjoin(CourseOffering.licence)
            .where(_shown(ctx))
            .distinct()
            .order_by(Course.category)
        )
    )


def get_offering(ctx: Context, *, offering_id: int) -> CatalogueItem:
    """A course of the catalogue.

    Raises:
        NotFound: offline, not licensed, another school's, or none: one answer for all.
    """
    row = ctx.session.execute(_items(ctx).where(_shown(ctx), CourseOffering.id == offering_id)).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程，可能已经下线"))
    return _item(ctx, *row)


def my_courses(ctx: Context) -> list[CatalogueItem]:
    """The courses that the acting person is registered for, the latest first, those gone offline included.

    Raises:
        NotAllowed: nobody is logged in.
    """
    user_id = acting_user_id(ctx)
    mine = select(Enrolment.registered_at).where(*_registered_as(user_id)).correlate(CourseOffering)
    wanted = (
        _items(ctx)
        .add_columns(_shown(ctx))
        .where(mine.exists())
        .order_by(mine.scalar_subquery().desc(), CourseOffering.id.desc())
    )
    return [_item(ctx, *row) for row in ctx.session.execute(wanted)]


def state_condition(state: CourseState, today: date) -> ColumnElement[bool]:
    """``app.rules.windows.course_state`` for the four dates of a row; a test holds the two together."""
    ended = func.coalesce(CourseOffering.ends_on < today, False)
    open_ = func.coalesce(
        and_(CourseOffering.registration_starts_on <= today, CourseOffering.registration_ends_on >= today),
        False,
    )
    begun = func.coalesce(CourseOffering.starts_on <= today, False)
    return {
        CourseState.ENDED: ended,
        CourseState.OPEN: and_(~ended, open_),
        CourseState.RUNNING: and_(~ended, ~open_, begun),
        CourseState.UPCOMING: and_(~ended, ~open_, ~begun),
    }[state]


def _state_number(ctx: Context) -> ColumnElement[int]:
    """The place of a row's state among the states, 报名中 first."""
    places = [(state_condition(state, ctx.today()), place) for place, state in enumerate(CourseState)]
    return case(*places)


def _shown(ctx: Context) -> ColumnElement[bool]:
    return and_(CourseOffering.status == OfferingStatus.ONLINE, licence_holds(ctx))


def _registered_as(user_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (
        Enrolment.school_id == CourseOffering.school_id,
        Enrolment.offering_id == CourseOffering.id,
        Enrolment.user_id == (user_id or 0),
        Enrolment.withdrawn_at.is_(None),
    )


def _items(ctx: Context) -> Select[Any]:
    registered = (
        select(Enrolment.id).where(*_registered_as(ctx.actor.user_id)).correlate(CourseOffering).exists()
    )
    taken = (
        select(func.count())
        .select_from(Enrolment)
        .where(
            Enrolment.school_id == CourseOffering.school_id,
            Enrolment.offering_id == CourseOffering.id,
            Enrolment.withdrawn_at.is_(None),
        )
        .correlate(CourseOffering)
        .scalar_subquery()
    )
    # GREATEST skips NULL, so "no limit" has to be told apart.
    seats_left = case((CourseLicence.seats.is_not(None), func.greatest(CourseLicence.seats - taken, 0)))
    return (
        select(CourseOffering, registered, seats_left, User.real_name)
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .outerjoin(
            User,
            and_(User.school_id == CourseOffering.school_id, User.id == CourseOffering.operating_teacher_id),
        )
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
    )


def _item(
    ctx: Context,
    offering: CourseOffering,
    registered: bool,
    seats_left: int | None,
    teacher: str | None,
    shown: bool = True,
) -> CatalogueItem:
    state = course_state(dates_of(offering), ctx.today())
    source = "own" if offering.course_owner_id == ctx.school.id else "alliance"
    return CatalogueItem(offering, state, source, registered, seats_left, teacher, shown)
