"""The courses that 「选课」 offers to a class, its history, and the classes that a course can be given to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, select

from app.context import Context
from app.errors import Message
from app.models import (
    ClassCourse,
    ClassSelection,
    Course,
    CourseLicence,
    CourseOffering,
    Registration,
    SchoolClass,
)
from app.rules.offerings.phase import CourseState, course_state
from app.rules.permissions import Action
from app.services.classes.lists import get_class
from app.services.classes.register import refusals, selectable
from app.services.classes.students import students_of
from app.services.registrations.counts import registered_for, registrations_of_offering
from app.services.registrations.seats import seats_of
from app.services.shared.class_sizes import class_size
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import course_matches, words


@dataclass(frozen=True, slots=True)
class ChoosableCourse:
    """A course that a class can be registered for.

    Args:
        own: made by the school (本校), else 联盟慕课.
        state: as students read it.
        free: seats that are free; ``None``: without a limit.
        registered: the number of registered students of the class.
        chosen: whether the class was registered for it as a whole.
    """

    offering_id: int
    title: str
    teachers: str
    own: bool
    term: str
    state: CourseState
    registration_starts_on: date | None
    registration_ends_on: date | None
    ends_on: date | None
    free: int | None
    registered: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class SelectionRow:
    """One 选课 of a class."""

    id: int
    offering_id: int
    title: str
    at: datetime
    by: str
    registered: int
    already: int
    refused: list[Message]
    undone_at: datetime | None
    ended: bool

    @property
    def undoable(self) -> bool:
        """Whether 撤销 is possible."""
        return self.undone_at is None and not self.ended


@dataclass(frozen=True, slots=True)
class ChoosableClass:
    """A class that can be registered for a course.

    Args:
        registered: the number of its registered students.
        chosen: whether it was registered for the course as a whole.
    """

    id: int
    number: str
    name: str
    entry_year: int | None
    major: str | None
    students: int
    registered: int
    chosen: bool


def list_choosable(ctx: Context, *, class_id: int, text: str = "", page: int = 1) -> Page[ChoosableCourse]:
    """Return courses that are online and have not ended; those whose registration ends soonest come last.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class.
    """
    require(ctx, Action.SELECT_COURSES)
    get_class(ctx, class_id=class_id)
    courses = (
        select(
            CourseOffering,
            Course.title,
            Course.teachers,
            CourseLicence,
            registrations_of_offering(),
            registrations_of_offering(*students_of(class_id)),
            _chosen(ctx, class_id, CourseOffering.id),
        )
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .where(selectable(ctx), course_matches(text))
        .order_by(CourseOffering.registration_ends_on.desc(), CourseOffering.id.desc())
    )
    return fetch_page(ctx.session, courses, partial(_choosable, ctx), page=page)


def list_selections(ctx: Context, *, class_id: int, page: int = 1) -> Page[SelectionRow]:
    """Return what a class was registered for, latest first.

    Raises:
        NotFound: there is no such class for the actor.
        NotAllowed: the actor may not see classes.
    """
    get_class(ctx, class_id=class_id)
    here = and_(
        CourseOffering.school_id == ClassSelection.school_id,
        CourseOffering.id == ClassSelection.offering_id,
    )
    selections = (
        select(ClassSelection, Course.title, CourseOffering.ends_on)
        .join(CourseOffering, here)
        .join(CourseOffering.course)
        .where(ClassSelection.class_id == class_id)
        .order_by(ClassSelection.id.desc())
    )
    return fetch_page(ctx.session, selections, partial(_selection, ctx), page=page)


def list_choosable_classes(
    ctx: Context, *, offering_id: int, text: str = "", page: int = 1
) -> Page[ChoosableClass]:
    """Return the classes in use, with the number of their students registered for a course.

    Args:
        text: words that must all be found in number, name or major.

    Raises:
        NotAllowed: only administrators may.
    """
    require(ctx, Action.SELECT_COURSES)
    classes = (
        select(
            SchoolClass.id,
            SchoolClass.number,
            SchoolClass.name,
            SchoolClass.entry_year,
            SchoolClass.major,
            class_size().scalar_subquery(),
            class_size().join(Registration, registered_for(offering_id)).scalar_subquery(),
            _chosen(ctx, SchoolClass.id, offering_id),
        )
        .where(SchoolClass.archived_at.is_(None))
        .where(words(text, SchoolClass.number, SchoolClass.name, SchoolClass.major))
        .order_by(SchoolClass.entry_year.desc().nulls_last(), SchoolClass.number)
    )
    return fetch_page(ctx.session, classes, ChoosableClass, page=page)


def _chosen(
    ctx: Context, class_id: SQLColumnExpression[int] | int, offering_id: SQLColumnExpression[int] | int
) -> ColumnElement[bool]:
    """Return whether the class was registered for the offering as a whole; one of them is a column of the query."""
    chosen = select(ClassCourse.class_id).where(
        ClassCourse.school_id == ctx.school.id,
        ClassCourse.class_id == class_id,
        ClassCourse.offering_id == offering_id,
    )
    return chosen.correlate(SchoolClass, CourseOffering).exists()


def _choosable(
    ctx: Context,
    offering: CourseOffering,
    title: str,
    teachers: str,
    licence: CourseLicence | None,
    registrations: int,
    registered: int,
    chosen: bool,
) -> ChoosableCourse:
    seats = seats_of(offering, licence)
    return ChoosableCourse(
        offering_id=offering.id,
        title=title,
        teachers=teachers,
        own=offering.own,
        term=offering.term,
        state=course_state(offering.dates, ctx.today()),
        registration_starts_on=offering.registration_starts_on,
        registration_ends_on=offering.registration_ends_on,
        ends_on=offering.ends_on,
        free=None if seats is None else max(seats - registrations, 0),
        registered=registered,
        chosen=chosen,
    )


def _selection(ctx: Context, selection: ClassSelection, title: str, ends_on: date | None) -> SelectionRow:
    return SelectionRow(
        id=selection.id,
        offering_id=selection.offering_id,
        title=title,
        at=selection.created_at,
        by=selection.created_by_name,
        registered=selection.registered,
        already=selection.already,
        refused=refusals(selection.refused),
        undone_at=selection.undone_at,
        ended=ends_on is not None and ends_on < ctx.today(),
    )
