"""Licences for the secretariat: a list, a matrix of courses × schools, a single licence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import aliased

from app.context import Context
from app.errors import NotFound, msg
from app.models import Course, CourseLicence, LicenceAnswer, School
from app.rules.licences.conditions import LicenceState, Terms, licence_state
from app.services.licences.bulk import is_licensable, of_refs, require_licensing
from app.services.licences.rows import CourseRef, school_day
from app.services.schools.directory import INFO_COLUMNS, get_member
from app.services.shared.licence_conditions import is_in_state
from app.services.shared.paging import Page, fetch_page
from app.services.shared.search import course_matches, school_matches
from tenants.registry import SchoolInfo

#: Rows and columns of one page of the matrix.
MATRIX_COURSES = 25
MATRIX_SCHOOLS = 10

_Owner = aliased(School, name="owner")


@dataclass(frozen=True, slots=True)
class LicensableCourse:
    """A course that can be licensed; ``source`` is the member school that it comes from, "" for the alliance's own."""

    owner_id: int
    id: int
    title: str
    code: str
    category: str
    source: str

    @property
    def ref(self) -> CourseRef:
        """The reference by which services identify the course."""
        return CourseRef(self.owner_id, self.id)


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A licence, or its absence (``terms`` is ``None``).

    Args:
        state: by the school's calendar.
        reason: why the school declined; "" if it has not.
        answered_by: the person who declined.
    """

    course: LicensableCourse
    school: SchoolInfo
    terms: Terms | None
    state: LicenceState
    reason: str = ""
    answered_by: str = ""

    @property
    def ended(self) -> bool:
        """Whether the last day has passed."""
        return self.state is LicenceState.ENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class LicensableFilter:
    """Filters for courses: part of a title, teacher, code …; ``alliance`` or ``school`` for their source."""

    text: str = ""
    source: str = ""
    course_id: int | None = None


@dataclass(frozen=True, slots=True)
class Matrix:
    """A part of courses × schools; ``cells`` is keyed by course and school."""

    courses: Page[LicensableCourse]
    schools: Page[SchoolInfo]
    cells: dict[tuple[CourseRef, int], LicenceRow] = field(default_factory=dict)

    def cell(self, course: LicensableCourse, school: SchoolInfo) -> LicenceRow | None:
        """Return a cell; ``None`` where the course is the school's own."""
        if course.owner_id == school.id:
            return None
        found = self.cells.get((course.ref, school.id))
        return found or LicenceRow(course, school, None, LicenceState.NONE)


def list_matrix(
    ctx: Context,
    *,
    courses: LicensableFilter,
    school_text: str = "",
    page: int = 1,
    school_page: int = 1,
) -> Matrix:
    """Return one page of courses × schools with their licences, in five queries whatever its size.

    Args:
        courses: filters for the rows.
        school_text: a school as ``school_matches`` finds it.
        page, school_page: from 1, of the rows and of the columns.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require_licensing(ctx)
    listed = _courses(ctx, courses).order_by(Course.title_pinyin, Course.title, Course.id)
    rows = fetch_page(ctx.session, listed, _course, page=page, size=MATRIX_COURSES)
    schools_found = _schools(school_text).order_by(School.name_pinyin, School.id)
    columns = fetch_page(ctx.session, schools_found, SchoolInfo, page=school_page, size=MATRIX_SCHOOLS)
    if not rows.rows or not columns.rows:
        return Matrix(rows, columns)
    return Matrix(rows, columns, licences_between(ctx, rows.rows, columns.rows))


def licences_between(
    ctx: Context, courses: Iterable[LicensableCourse], schools: Iterable[SchoolInfo]
) -> dict[tuple[CourseRef, int], LicenceRow]:
    """Return the licences of these courses to these schools, by course and school.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require_licensing(ctx)
    between = _licences(ctx).where(
        CourseLicence.school_id.in_([school.id for school in schools]),
        of_refs(CourseLicence.course_owner_id, CourseLicence.course_id, [course.ref for course in courses]),
    )
    found = [_row(*row) for row in ctx.session.execute(between)]
    return {(row.course.ref, row.school.id): row for row in found}


def list_licences(
    ctx: Context,
    *,
    text: str = "",
    course_id: int | None = None,
    school_id: int | None = None,
    state: LicenceState | None = None,
    page: int = 1,
) -> Page[LicenceRow]:
    """Return one page of the licences, the newest first.

    Args:
        text: part of a course's title, or a school as ``school_matches`` finds it.
        state: by each school's calendar.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    query = _listed(ctx, text, course_id, school_id, state)
    return fetch_page(ctx.session, query.order_by(CourseLicence.id.desc()), _row, page=page)


def all_licences(
    ctx: Context,
    *,
    text: str = "",
    course_id: int | None = None,
    school_id: int | None = None,
    state: LicenceState | None = None,
    most: int,
) -> list[LicenceRow]:
    """Return the same licences on one page, by course and school; at most ``most`` and one more.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    query = _listed(ctx, text, course_id, school_id, state)
    ordered = query.order_by(
        Course.title_pinyin, Course.title, Course.id, School.name_pinyin, School.id
    ).limit(most + 1)
    return [_row(*row) for row in ctx.session.execute(ordered)]


def all_licensable(ctx: Context, courses: LicensableFilter) -> list[LicensableCourse]:
    """Return every course that matches, by title.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require_licensing(ctx)
    return [
        _course(*row)
        for row in ctx.session.execute(
            _courses(ctx, courses).order_by(Course.title_pinyin, Course.title, Course.id)
        )
    ]


def all_schools(ctx: Context, text: str = "") -> list[SchoolInfo]:
    """Return every member school that matches, by pinyin.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require_licensing(ctx)
    query = _schools(text).order_by(School.name_pinyin, School.id)
    return [SchoolInfo(*row) for row in ctx.session.execute(query)]


def get_licence(ctx: Context, *, ref: CourseRef, school_id: int) -> LicenceRow:
    """Return one cell of the matrix, licensed or not.

    Raises:
        NotFound: no such course or school, or the course is the school's own.
    """
    require_licensing(ctx)
    there = and_(
        CourseLicence.school_id == school_id, _is(CourseLicence.course_owner_id, CourseLicence.course_id, ref)
    )
    found = ctx.session.execute(_licences(ctx).where(there)).first()
    if found is not None:
        return _row(*found)
    school = get_member(ctx, school_id=school_id)
    row = ctx.session.execute(
        _courses(ctx, LicensableFilter()).where(
            _is(Course.school_id, Course.id, ref), Course.school_id != school_id
        )
    ).first()
    if row is None:
        raise NotFound(msg("没有找到这门课程"))
    return LicenceRow(_course(*row), school, None, LicenceState.NONE)


def _listed(
    ctx: Context, text: str, course_id: int | None, school_id: int | None, state: LicenceState | None
) -> Select[*tuple[Any, ...]]:
    require_licensing(ctx)
    query = _licences(ctx).where(course_matches(text) | school_matches(text))
    if course_id is not None:
        query = query.where(CourseLicence.course_id == course_id)
    if school_id is not None:
        query = query.where(CourseLicence.school_id == school_id)
    if state is None:
        return query
    return query.where(is_in_state(state, school_day(ctx), declined=LicenceAnswer.licence_id.is_not(None)))


def _courses(ctx: Context, wanted: LicensableFilter) -> Select[*tuple[Any, ...]]:
    found = _with_courses(select(*_COURSE_COLUMNS).select_from(Course)).where(is_licensable(ctx))
    found = found.where(course_matches(wanted.text))
    if wanted.source:
        own = Course.school_id == ctx.school.id
        found = found.where(own if wanted.source == "alliance" else ~own)
    return found if wanted.course_id is None else found.where(Course.id == wanted.course_id)


_COURSE_COLUMNS: tuple[Any, ...] = (
    Course.school_id, Course.id, Course.title, Course.code, Course.category, _Owner.kind, _Owner.name,
)  # fmt: skip
_TERM_COLUMNS: tuple[Any, ...] = (
    CourseLicence.starts_on,
    CourseLicence.ends_on,
    CourseLicence.seats,
    CourseLicence.term,
    CourseLicence.local_assessment,
)
_COURSE_WIDTH, _INFO_WIDTH, _TERM_WIDTH = len(_COURSE_COLUMNS), len(INFO_COLUMNS), len(_TERM_COLUMNS)


def _with_courses(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return wanted.join(_Owner, _Owner.id == Course.school_id)


def _schools(text: str) -> Select[*tuple[Any, ...]]:
    return select(*INFO_COLUMNS).where(School.kind == "member", school_matches(text))


def _licences(ctx: Context) -> Select[*tuple[Any, ...]]:
    answer = (LicenceAnswer.reason, LicenceAnswer.answered_by_name)
    query = (
        select(*_COURSE_COLUMNS, *INFO_COLUMNS, *_TERM_COLUMNS, school_day(ctx), *answer)
        .select_from(CourseLicence)
        .join(
            Course,
            and_(Course.school_id == CourseLicence.course_owner_id, Course.id == CourseLicence.course_id),
        )
        .join(School, School.id == CourseLicence.school_id)
        .outerjoin(
            LicenceAnswer,
            and_(
                LicenceAnswer.school_id == CourseLicence.school_id,
                LicenceAnswer.licence_id == CourseLicence.id,
            ),
        )
        .where(CourseLicence.licensor_id == ctx.school.id)
    )
    return _with_courses(query)


def _is(owner: Any, course: Any, ref: CourseRef) -> ColumnElement[bool]:
    return and_(owner == ref.owner_id, course == ref.course_id)


def _course(
    owner_id: int, course_id: int, title: str, code: str | None, category: str, kind: str, name: str
) -> LicensableCourse:
    return LicensableCourse(
        owner_id, course_id, title, code or "", category, "" if kind == "alliance" else name
    )


def _row(*values: Any) -> LicenceRow:
    course = _course(*values[:_COURSE_WIDTH])
    school = SchoolInfo(*values[_COURSE_WIDTH : _COURSE_WIDTH + _INFO_WIDTH])
    granted = values[_COURSE_WIDTH + _INFO_WIDTH :]
    starts_on, ends_on, seats, term, local_assessment = granted[:_TERM_WIDTH]
    today: date = granted[_TERM_WIDTH]
    reason, answered_by = granted[_TERM_WIDTH + 1 :]
    terms = Terms(
        starts_on=starts_on, ends_on=ends_on, seats=seats, term=term, local_assessment=local_assessment
    )
    state = licence_state(starts_on, ends_on, today, declined=reason is not None)
    return LicenceRow(course, school, terms, state, reason or "", answered_by or "")
