"""Queries for the classes of a school: the list of 班级管理 and a single class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from app.context import Context
from app.errors import NotFound, msg
from app.models import ClassCourse, SchoolClass, User
from app.rules.permissions import Action
from app.services.shared.activation import IN_STATE, Activation
from app.services.shared.class_sizes import class_size
from app.services.shared.own_classes_and_courses import reachable_classes
from app.services.shared.paging import Page, fetch_page
from app.services.shared.search import words


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with its head teacher and the numbers of all, never logged in and disabled students.

    Args:
        courses: the number of courses for which it was registered as a whole.
        archived_at: when it was archived; ``None`` while in use.
    """

    id: int
    number: str
    name: str
    entry_year: int | None
    major: str | None
    head_teacher_id: int | None
    head_teacher: str | None
    students: int
    never: int
    disabled: int
    courses: int
    archived_at: datetime | None


class ClassState(StrEnum):
    """The states by which the list can be filtered: 在用, 已归档."""

    IN_USE = "in_use"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFilter:
    """Exact conditions beside the search; ``None`` means no condition.

    Args:
        head_teacher_id: of the 班主任; 0: classes without one.
    """

    entry_year: int | None = None
    major: str | None = None
    head_teacher_id: int | None = None
    state: ClassState | None = None


def list_classes(
    ctx: Context,
    *,
    text: str = "",
    filters: ClassFilter | None = None,
    page: int = 1,
) -> Page[ClassRow]:
    """Return classes of the school, latest entry year first; for teachers those that they head.

    Args:
        text: words that must all be found in number, name, major or the head teacher's name or pinyin.
        filters: exact conditions.
        page: from 1.

    Raises:
        NotAllowed: the actor may not see classes.
    """
    teacher = aliased(User)
    head = (teacher.real_name, teacher.name_pinyin, teacher.name_initials)
    conditions = [
        reachable_classes(ctx, Action.SEE_CLASSES),
        words(text, SchoolClass.number, SchoolClass.name, SchoolClass.major, *head),
        *_narrowed(filters or ClassFilter()),
    ]
    same_person = and_(teacher.school_id == SchoolClass.school_id, teacher.id == SchoolClass.head_teacher_id)
    listed = _with_figures(select(SchoolClass, teacher.real_name).outerjoin(teacher, same_person))
    listed = listed.where(*conditions)
    order = (SchoolClass.entry_year.desc().nulls_last(), SchoolClass.number)
    return fetch_page(ctx.session, listed.order_by(*order), _row, page=page)


def get_class(ctx: Context, *, class_id: int) -> ClassRow:
    """Return one class.

    Raises:
        NotFound: there is no such class at this school, or the actor is a teacher who does not head it.
        NotAllowed: the actor may not see classes.
    """
    reachable = reachable_classes(ctx, Action.SEE_CLASSES)
    teacher = aliased(User)
    same_person = and_(teacher.school_id == SchoolClass.school_id, teacher.id == SchoolClass.head_teacher_id)
    statement = _with_figures(select(SchoolClass, teacher.real_name).outerjoin(teacher, same_person))
    found = ctx.session.execute(statement.where(SchoolClass.id == class_id, reachable)).one_or_none()
    if found is None:
        raise NotFound(msg("没有找到这个班级"))
    return _row(*found)


def class_names(ctx: Context, *, in_use: bool = False) -> Sequence[tuple[int, str]]:
    """Return id and name of every class that the actor may see, latest entry year first, for choosing one.

    Args:
        in_use: leave out archived classes.
    """
    reachable = reachable_classes(ctx, Action.SEE_CLASSES)
    statement = select(SchoolClass.id, SchoolClass.name, SchoolClass.entry_year).where(reachable)
    if in_use:
        statement = statement.where(SchoolClass.archived_at.is_(None))
    statement = statement.order_by(SchoolClass.entry_year.desc().nulls_last(), SchoolClass.name)
    rows = ctx.session.execute(statement).all()
    return [(number, f"{name} · {year}" if year else name) for number, name, year in rows]


def class_years(ctx: Context) -> Sequence[int]:
    """Return the entry years of the classes that the actor may see, latest first."""
    reachable = reachable_classes(ctx, Action.SEE_CLASSES)
    statement = (
        select(SchoolClass.entry_year).where(SchoolClass.entry_year.is_not(None), reachable).distinct()
    )
    return [year for year in ctx.session.scalars(statement.order_by(SchoolClass.entry_year.desc())) if year]


def class_majors(ctx: Context) -> Sequence[str]:
    """Return the majors of the classes that the actor may see."""
    reachable = reachable_classes(ctx, Action.SEE_CLASSES)
    statement = select(SchoolClass.major).where(SchoolClass.major.is_not(None), reachable).distinct()
    return [major for major in ctx.session.scalars(statement.order_by(SchoolClass.major)) if major]


def class_teachers(ctx: Context) -> Sequence[tuple[int, str]]:
    """Return id and name of the head teachers of the classes that the actor may see."""
    reachable = reachable_classes(ctx, Action.SEE_CLASSES)
    heads = select(SchoolClass.head_teacher_id).where(SchoolClass.head_teacher_id.is_not(None), reachable)
    found = select(User.id, User.real_name).where(User.id.in_(heads))
    return [
        (teacher.id, teacher.real_name)
        for teacher in ctx.session.execute(found.order_by(User.name_pinyin, User.id))
    ]


def _narrowed(filters: ClassFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.entry_year is not None:
        conditions.append(SchoolClass.entry_year == filters.entry_year)
    if filters.major is not None:
        conditions.append(SchoolClass.major == filters.major)
    if filters.head_teacher_id is not None:
        wanted = filters.head_teacher_id or None
        conditions.append(SchoolClass.head_teacher_id.is_not_distinct_from(wanted))
    if filters.state is not None:
        archived = SchoolClass.archived_at.is_not(None)
        conditions.append(archived if filters.state is ClassState.ARCHIVED else ~archived)
    return conditions


def _with_figures(
    statement: Select[SchoolClass, str],
) -> Select[SchoolClass, str, int, int, int, int]:
    courses = (
        select(func.count())
        .select_from(ClassCourse)
        .where(ClassCourse.school_id == SchoolClass.school_id, ClassCourse.class_id == SchoolClass.id)
        .correlate(SchoolClass)
    )
    return statement.add_columns(
        class_size().scalar_subquery(),
        class_size(IN_STATE[Activation.NEVER]).scalar_subquery(),
        class_size(IN_STATE[Activation.DISABLED]).scalar_subquery(),
        courses.scalar_subquery(),
    )


def _row(
    school_class: SchoolClass,
    head_teacher: str | None,
    students: int,
    never: int,
    disabled: int,
    courses: int,
) -> ClassRow:
    return ClassRow(
        id=school_class.id,
        number=school_class.number,
        name=school_class.name,
        entry_year=school_class.entry_year,
        major=school_class.major,
        head_teacher_id=school_class.head_teacher_id,
        head_teacher=head_teacher,
        students=students,
        never=never,
        disabled=disabled,
        courses=courses,
        archived_at=school_class.archived_at,
    )
