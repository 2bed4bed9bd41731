"""What the alliance shows to everyone on its own host: released courses and true figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, distinct, func, select

from app.context import Context
from app.errors import NotFound, msg
from app.models import Course, CourseLicence, School
from app.services.course_search import course_matches
from app.services.paging import Page


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of what is there now; ``licences`` counts pairs of course and school."""

    members: int
    courses: int
    categories: int
    licences: int


def count_alliance(ctx: Context) -> Figures:
    """Count members, released courses, their categories and the licences given, in one query."""
    members = (
        select(func.count()).select_from(School).where(School.kind == "member", School.status == "active")
    )
    courses = select(func.count()).select_from(Course).where(_released(ctx))
    categories = select(func.count(distinct(Course.category))).where(_released(ctx))
    licences = (
        select(func.count()).select_from(CourseLicence).where(CourseLicence.course_owner_id == ctx.school.id)
    )
    row = ctx.session.execute(
        select(
            members.scalar_subquery(),
            courses.scalar_subquery(),
            categories.scalar_subquery(),
            licences.scalar_subquery(),
        )
    ).one()
    return Figures(*row)


def list_released_courses(
    ctx: Context, *, text: str = "", category: str = "", page: int = 1, per_page: int = 24
) -> Page[Course]:
    """The alliance's released courses, by title.

    Args:
        text: part of a title (or its pinyin), of a teacher's name or of the source's; blank for all.
        category: exact; blank for all.
        page: counted from 1.
    """
    wanted = [_released(ctx)]
    if category:
        wanted.append(Course.category == category)
    if text:
        wanted.append(course_matches(text))
    rows = ctx.session.execute(
        select(Course, func.count().over())
        .where(*wanted)
        .order_by(Course.title, Course.id)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    return Page(tuple(row[0] for row in rows), rows[0][1] if rows else 0, page, per_page)


def list_released_categories(ctx: Context) -> list[str]:
    """The categories that have a released course, in the order of their names."""
    return list(
        ctx.session.scalars(
            select(Course.category).where(_released(ctx)).distinct().order_by(Course.category)
        )
    )


def get_released_course(ctx: Context, *, course_id: int) -> Course:
    """A released course of the alliance, to be read.

    Raises:
        NotFound: none, or not released.
    """
    course = ctx.session.scalar(select(Course).where(_released(ctx), Course.id == course_id))
    if course is None:
        raise NotFound(msg("没有找到这门课程"))
    return course


def _released(ctx: Context) -> ColumnElement[bool]:
    return (Course.school_id == ctx.school.id) & Course.released
