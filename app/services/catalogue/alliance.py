"""The public catalogue of the alliance: released courses, where they run, and figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, distinct, func, select

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import Course, CourseLicence, School
from app.rules.courses.assessment import from_json, sentences
from app.services.offerings.public import OfferedAt, is_offered_somewhere, list_public_offerings
from app.services.shared.paging import Page, as_tuple, fetch_page
from app.services.shared.search import course_matches


@dataclass(frozen=True, slots=True)
class Figures:
    """Current counts; ``licences`` counts pairs of course and school, ``running`` those that run now."""

    members: int
    courses: int
    categories: int
    licences: int
    running: int


@dataclass(frozen=True, slots=True)
class ReleasedCourse:
    """A course of the alliance with the name of its source (建设单位) and the schools at which it runs."""

    course: Course
    source: str
    showings: list[OfferedAt]

    @property
    def assessment(self) -> list[Message]:
        """How the course is assessed, in sentences, unless a school decides otherwise."""
        return sentences(from_json(self.course.assessment)) if self.course.assessment else []


@dataclass(frozen=True, slots=True)
class FacetCounts:
    """The number of courses that each filter would leave, with the other filters unchanged."""

    categories: Mapping[str, int]
    running: int
    total: int


def count_alliance(ctx: Context) -> Figures:
    """Count members, released courses, their disciplines, licences and running courses, in one query."""
    members = (
        select(func.count()).select_from(School).where(School.kind == "member", School.status == "active")
    )
    courses = select(func.count()).select_from(Course).where(_released(ctx))
    categories = select(func.count(distinct(Course.category))).where(_released(ctx))
    licences = (
        select(func.count()).select_from(CourseLicence).where(CourseLicence.licensor_id == ctx.school.id)
    )
    running = select(func.count(distinct(Course.id))).where(_released(ctx), is_offered_somewhere(ctx))
    row = ctx.session.execute(
        select(
            members.scalar_subquery(),
            courses.scalar_subquery(),
            categories.scalar_subquery(),
            licences.scalar_subquery(),
            running.scalar_subquery(),
        )
    ).one()
    return Figures(*row)


def list_released_courses(
    ctx: Context,
    *,
    text: str = "",
    category: str = "",
    running: bool = False,
    page: int = 1,
    per_page: int = 24,
    total: int | None = None,
) -> Page[ReleasedCourse]:
    """Return the alliance's released courses (accepted ones of its schools, too) and where they run, in two queries.

    Courses that run somewhere come first, then by title.

    Args:
        text: as ``course_matches``; blank for all.
        category: exact; blank for all.
        running: only courses that run at a school.
        page: counted from 1.
        total: from ``count_alliance_facets``; counted anew if omitted.
    """
    runs = is_offered_somewhere(ctx)
    query = select(Course, School.name).join(School, School.id == Course.school_id)
    query = query.where(_released(ctx), course_matches(text))
    if category:
        query = query.where(Course.category == category)
    if running:
        query = query.where(runs)
    ordered = query.order_by(runs.desc(), Course.title_pinyin, Course.title, Course.id)
    found = fetch_page(ctx.session, ordered, as_tuple, page=page, size=per_page, count=total)
    return found.with_rows(_with_public_offerings(ctx, found.rows))


def count_alliance_facets(
    ctx: Context, *, text: str = "", category: str = "", running: bool = False
) -> FacetCounts:
    """Return the counts beside the filters, and the total, in one grouped query over the courses found."""
    runs = is_offered_somewhere(ctx).label("runs")
    query = select(Course.category.label("category"), runs).where(_released(ctx), course_matches(text))
    found = query.subquery()
    keys = (found.c.category, found.c.runs)
    categories: Counter[str] = Counter()
    everywhere = somewhere = 0
    for name, is_running, count in ctx.session.execute(select(*keys, func.count()).group_by(*keys)):
        if is_running or not running:
            categories[name] += count
        if name == category or not category:
            everywhere += count
            somewhere += count if is_running else 0
    return FacetCounts(categories, somewhere, somewhere if running else everywhere)


def get_released_course(ctx: Context, *, course_id: int) -> ReleasedCourse:
    """Return a released course with the schools at which it runs.

    Raises:
        NotFound: there is no such course, or it is not released.
    """
    statement = select(Course, School.name).join(School, School.id == Course.school_id)
    row = ctx.session.execute(statement.where(_released(ctx), Course.id == course_id)).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程"))
    return _with_public_offerings(ctx, [(row[0], row[1])])[0]


def _with_public_offerings(ctx: Context, rows: Sequence[tuple[Course, str]]) -> tuple[ReleasedCourse, ...]:
    where = list_public_offerings(ctx, courses=[course for course, _ in rows]) if rows else {}
    return tuple(
        ReleasedCourse(course, course.source_name or owner, where.get(course.id, []))
        for course, owner in rows
    )


def _released(ctx: Context) -> ColumnElement[bool]:
    """Return the condition for released courses of the alliance and of its schools."""
    owners = select(School.id).where(School.alliance_id == ctx.school.id)
    return Course.released & Course.school_id.in_(owners)
