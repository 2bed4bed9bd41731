"""What students see: the school's catalogue, a course, their own courses. One query each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.errors import NotFound, msg
from app.models import Course, CourseLicence, CourseOffering, Enrolment
from app.rules.course_states import OfferingStatus
from app.rules.windows import CourseState, course_state
from app.services.access import acting_user_id
from app.services.course_search import course_matches
from app.services.offerings import dates_of, licence_holds
from app.services.paging import Page

PAGE_SIZE = 12


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A course as a student sees it.

    Args:
        offering: the school's offering, its course loaded; its dates are whole days at the school.
        state: 报名中, 即将开课, 进行中 or 已结束, on this day.
        registered: whether the acting person is registered.
        seats_left: seats that are free, ``None`` without a limit.
        shown: whether it is in the catalogue now (a course that one registered for may be offline by now).
    """

    offering: CourseOffering
    state: CourseState
    registered: bool
    seats_left: int | None
    shown: bool = True

    @property
    def course(self) -> Course:
        """The course itself."""
        return self.offering.course

    @property
    def may_register(self) -> bool:
        """Whether registering (or withdrawing) is possible today."""
        return self.shown and self.state is CourseState.OPEN


def list_offerings(
    ctx: Context, *, text: str = "", category: str = "", state: CourseState | None = None, page: int = 1
) -> Page[CatalogueItem]:
    """The school's catalogue: what is online and licensed, 报名中 first.

    Args:
        text: as ``course_search``.
        category: exact; blank for all.
        state: by the school's calendar; ``None`` for all.
    """
    wanted = _items(ctx).where(_shown(ctx)).add_columns(func.count().over())
    if text.strip():
        wanted = wanted.where(course_matches(text))
    if category:
        wanted = wanted.where(Course.category == category)
    if state is not None:
        wanted = wanted.where(state_condition(state, ctx.today()))
    order = [state_condition(each, ctx.today()).desc() for each in CourseState]
    rows = ctx.session.execute(
        wanted.order_by(*order, CourseOffering.starts_on, CourseOffering.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    items = tuple(_item(ctx, row[0], row[1], row[2]) for row in rows)
    return Page(items, rows[0][-1] if rows else 0, page, PAGE_SIZE)


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
        raise NotFound(msg("没有找到这门课程"))
    return _item(ctx, row[0], row[1], row[2])


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
        select(CourseOffering, registered, seats_left)
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
    )


def _item(
    ctx: Context, offering: CourseOffering, registered: bool, seats_left: int | None, shown: bool = True
) -> CatalogueItem:
    state = course_state(dates_of(offering), ctx.today())
    return CatalogueItem(offering, state, registered, seats_left, shown)
