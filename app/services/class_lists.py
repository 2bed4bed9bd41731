"""Reading classes of a school: the list of 班级管理 and one class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.context import Context
from app.errors import NotFound, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.services.activation import IN_STATE, Activation
from app.services.mine import reachable_classes
from app.services.paging import Page

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with its head teacher, its number of students, and of those who never logged in or are shut out."""

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


def list_classes(
    ctx: Context, *, text: str = "", entry_year: int | None = None, page: int = 1, size: int = PAGE_SIZE
) -> Page[ClassRow]:
    """Classes of the school, latest entry year first; for a teacher those that he heads.

    Args:
        text: words that must all be found in number, name, major or the head teacher's name.
        page: from 1.

    Raises:
        NotAllowed: the actor may not see classes.
    """
    teacher = aliased(User)
    conditions: list[ColumnElement[bool]] = [
        reachable_classes(ctx, Action.SEE_CLASSES),
        *(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (SchoolClass.number, SchoolClass.name, SchoolClass.major, teacher.real_name)
                )
            )
            for word in text.replace("\x00", " ").split()[:5]
        ),
    ]
    if entry_year is not None:
        conditions.append(SchoolClass.entry_year == entry_year)
    same_person = and_(teacher.school_id == SchoolClass.school_id, teacher.id == SchoolClass.head_teacher_id)
    counted = select(func.count()).select_from(SchoolClass).outerjoin(teacher, same_person).where(*conditions)
    total = ctx.session.scalar(counted) or 0
    listed = _with_figures(select(SchoolClass, teacher.real_name).outerjoin(teacher, same_person))
    listed = listed.where(*conditions)
    order = (SchoolClass.entry_year.desc().nulls_last(), SchoolClass.number)
    found = ctx.session.execute(listed.order_by(*order).limit(size).offset((page - 1) * size))
    return Page(tuple(_row(*row) for row in found), total, page, size)


def get_class(ctx: Context, *, class_id: int) -> ClassRow:
    """One class.

    Raises:
        NotFound: there is no such class at this school, or the actor is a teacher and not its head.
        NotAllowed: the actor may not see classes.
    """
    mine = reachable_classes(ctx, Action.SEE_CLASSES)
    teacher = aliased(User)
    same_person = and_(teacher.school_id == SchoolClass.school_id, teacher.id == SchoolClass.head_teacher_id)
    statement = _with_figures(select(SchoolClass, teacher.real_name).outerjoin(teacher, same_person))
    found = ctx.session.execute(statement.where(SchoolClass.id == class_id, mine)).one_or_none()
    if found is None:
        raise NotFound(msg("没有找到这个班级"))
    return _row(*found)


def class_names(ctx: Context) -> Sequence[tuple[int, str]]:
    """Id and name of every class that the actor sees, latest entry year first, for choosing one."""
    mine = reachable_classes(ctx, Action.SEE_CLASSES)
    statement = select(SchoolClass.id, SchoolClass.name, SchoolClass.entry_year).where(mine)
    statement = statement.order_by(SchoolClass.entry_year.desc().nulls_last(), SchoolClass.name)
    rows = ctx.session.execute(statement).all()
    return [(number, f"{name} · {year}" if year else name) for number, name, year in rows]


def class_years(ctx: Context) -> Sequence[int]:
    """The entry years of the classes that the actor sees, latest first."""
    mine = reachable_classes(ctx, Action.SEE_CLASSES)
    statement = select(SchoolClass.entry_year).where(SchoolClass.entry_year.is_not(None), mine).distinct()
    return [year for year in ctx.session.scalars(statement.order_by(SchoolClass.entry_year.desc())) if year]


def _with_figures(statement: Select[SchoolClass, str]) -> Select[SchoolClass, str, int, int, int]:
    students = (
        select(func.count())
        .select_from(User)
        .where(User.school_id == SchoolClass.school_id, User.class_id == SchoolClass.id)
        .where(User.kind == "student")
        .correlate(SchoolClass)
    )
    never, disabled = (students.where(IN_STATE[state]) for state in (Activation.NEVER, Activation.DISABLED))
    return statement.add_columns(
        students.scalar_subquery(), never.scalar_subquery(), disabled.scalar_subquery()
    )


def _row(
    school_class: SchoolClass, head_teacher: str | None, students: int, never: int, disabled: int
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
    )
