"""Lists of the people registered for an offering (注册学生), for administrators and its staff."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, cast, func, select

from app.context import Context
from app.errors import NotFound, msg
from app.models import CourseLicence, CourseOffering, Registration, SchoolClass, User, WaitingPlace
from app.rules.permissions import Action
from app.rules.registrations.day_counts import Point, points
from app.services.registrations.seats import seats_of
from app.services.shared.class_sizes import class_size
from app.services.shared.own_classes_and_courses import reachable_offerings
from app.services.shared.paging import LONG_PAGE_SIZE, Page, fetch_page
from app.services.shared.search import words

_SAME_USER = and_(User.school_id == Registration.school_id, User.id == Registration.user_id)


class RegistrationSort(StrEnum):
    """The columns by which the list can be sorted."""

    NUMBER = "number"
    NAME = "name"
    CLASS = "class"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """A registered person.

    ``number`` is the 学号, or the login name of a person without one; ``source`` is that of ``Registration``.
    """

    user_id: int
    real_name: str
    number: str
    class_name: str | None
    status: str
    registered_at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class SeatFigures:
    """How full an offering is; ``seats`` and ``left`` are ``None`` without a limit."""

    registered: int
    waiting: int
    seats: int | None

    @property
    def left(self) -> int | None:
        """The number of free seats."""
        return None if self.seats is None else max(self.seats - self.registered, 0)


@dataclass(frozen=True, slots=True)
class ClassFigure:
    """The registered and all students of a class; ``class_id`` is ``None`` for students without a class."""

    class_id: int | None
    name: str | None
    registered: int
    students: int | None


def manageable(ctx: Context, offering_id: int) -> CourseOffering:
    """Return the offering, if the actor may manage its registrations.

    Raises:
        NotAllowed: the actor's role may not do this at all.
        NotFound: no such course here, or the actor is a teacher who does not run it.
    """
    reachable = reachable_offerings(ctx, Action.MANAGE_REGISTRATIONS)
    here = (CourseOffering.school_id == ctx.school.id, CourseOffering.id == offering_id, reachable)
    offering = ctx.session.scalar(select(CourseOffering).where(*here))
    if offering is None:
        raise NotFound(msg("没有找到这门课程"))
    return offering


def seat_figures(ctx: Context, *, offering_id: int) -> SeatFigures:
    """Return how full an offering is.

    Raises:
        NotFound: as ``manageable``.
    """
    manageable(ctx, offering_id)
    waiting = select(func.count()).select_from(WaitingPlace).where(WaitingPlace.offering_id == offering_id)
    registered = select(func.count()).select_from(Registration).where(*_active(offering_id))
    statement = (
        select(CourseOffering, CourseLicence, registered.scalar_subquery(), waiting.scalar_subquery())
        .outerjoin(CourseOffering.licence)
        .where(CourseOffering.school_id == ctx.school.id, CourseOffering.id == offering_id)
    )
    offering, licence, taken, waits = ctx.session.execute(statement).one()
    return SeatFigures(taken, waits, seats_of(offering, licence))


def list_registered(
    ctx: Context,
    *,
    offering_id: int,
    text: str = "",
    class_id: int | None = None,
    sort: RegistrationSort = RegistrationSort.NUMBER,
    descending: bool = False,
    page: int = 1,
) -> Page[RegistrationRow]:
    """Return one page of the people who are registered.

    Args:
        text: words that must all be found in name, pinyin, initials, 学号 or login name.
        class_id: only this class; 0: only people without a class.
        page: from 1.

    Raises:
        NotFound: as ``manageable``.
    """
    manageable(ctx, offering_id)
    conditions = [*_active(offering_id), searched(text), *in_class(class_id)]
    rows = _rows().where(*conditions).order_by(*_order(sort, descending))
    return fetch_page(ctx.session, rows, RegistrationRow, page=page, size=LONG_PAGE_SIZE)


def all_registered(ctx: Context, *, offering_id: int) -> list[RegistrationRow]:
    """Return everybody who is registered, by class and 学号.

    Raises:
        NotFound: as ``manageable``.
    """
    manageable(ctx, offering_id)
    rows = _rows().where(*_active(offering_id)).order_by(*_order(RegistrationSort.CLASS, False))
    return [RegistrationRow(*row) for row in ctx.session.execute(rows)]


def list_named(ctx: Context, *, offering_id: int, user_ids: Collection[int]) -> list[RegistrationRow]:
    """Return those of these people who are registered, by 学号.

    Raises:
        NotFound: as ``manageable``.
    """
    manageable(ctx, offering_id)
    named = _rows().where(*_active(offering_id), User.id.in_(user_ids))
    rows = ctx.session.execute(named.order_by(*_order(RegistrationSort.NUMBER, False)))
    return [RegistrationRow(*row) for row in rows]


def class_figures(ctx: Context, *, offering_id: int) -> Sequence[ClassFigure]:
    """Return the classes of the registered people, the largest number first.

    Raises:
        NotFound: as ``manageable``.
    """
    manageable(ctx, offering_id)
    students = class_size().scalar_subquery()
    counted = func.count().label("registered")
    rows = ctx.session.execute(
        select(SchoolClass.id, SchoolClass.name, counted, students)
        .select_from(Registration)
        .join(User, _SAME_USER)
        .outerjoin(User.school_class)
        .where(*_active(offering_id))
        .group_by(SchoolClass.school_id, SchoolClass.id, SchoolClass.name)
        .order_by(counted.desc(), SchoolClass.name)
    )
    return [
        ClassFigure(class_id, name, registered, of if class_id else None)
        for class_id, name, registered, of in rows
    ]


def registrations_in_time(ctx: Context, *, offering_id: int) -> list[Point]:
    """Return the number of current registrations over time, by days at the school.

    Raises:
        NotFound: as ``manageable``.
    """
    manageable(ctx, offering_id)
    day: ColumnElement[date] = cast(func.timezone(ctx.school.timezone, Registration.registered_at), Date)
    rows = ctx.session.execute(
        select(day, func.count()).where(*_active(offering_id)).group_by(day).order_by(day)
    )
    return points({row[0]: row[1] for row in rows}, ctx.today())


def searched(text: str) -> ColumnElement[bool]:
    """Return a condition on ``User``: every word of a search is found in name, pinyin, initials, 学号 or login name."""
    names = (User.real_name, User.name_pinyin, User.name_initials)
    return words(text, *names, User.student_no, User.login_name)


def in_class(class_id: int | None) -> list[ColumnElement[bool]]:
    """Return conditions on ``User``: in this class; 0: in no class; ``None``: no condition."""
    if class_id is None:
        return []
    return [User.class_id.is_(None) if class_id == 0 else User.class_id == class_id]


def _active(offering_id: int) -> tuple[ColumnElement[bool], ...]:
    return Registration.offering_id == offering_id, Registration.withdrawn_at.is_(None)


def _rows() -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(
            User.id,
            User.real_name,
            func.coalesce(User.student_no, User.login_name, ""),
            SchoolClass.name,
            User.status,
            Registration.registered_at,
            Registration.source,
        )
        .select_from(Registration)
        .join(User, _SAME_USER)
        .outerjoin(User.school_class)
    )
    return statement


def _order(sort: RegistrationSort, descending: bool) -> tuple[Any, ...]:
    columns: dict[RegistrationSort, tuple[Any, ...]] = {
        RegistrationSort.NUMBER: (User.student_no,),
        RegistrationSort.NAME: (User.name_pinyin, User.real_name),
        RegistrationSort.CLASS: (SchoolClass.name, User.student_no),
        RegistrationSort.REGISTERED: (Registration.registered_at,),
    }
    if descending:
        return (*(column.desc().nulls_last() for column in columns[sort]), User.id.desc())
    return (*(column.asc().nulls_last() for column in columns[sort]), User.id.asc())
