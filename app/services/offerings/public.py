"""What a school has online, as everybody may know it: derived from its offerings, read by the alliance's pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, insert, literal, or_, select, tuple_

from app.context import Context
from app.models import Course, CourseLicence, CourseOffering, CourseShowing, School
from app.rules.offerings.dates import CourseState, Dates, course_state
from app.rules.offerings.publication import OfferingStatus
from app.services.schools.directory import INFO_COLUMNS
from app.services.shared.licence_conditions import holds
from tenants.registry import SchoolInfo

_COPIED = (
    "course_owner_id", "course_id", "starts_on", "ends_on", "registration_starts_on", "registration_ends_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Showing:
    """A course that runs at a school: where its page is, and what it is today."""

    school: SchoolInfo
    offering_id: int
    state: CourseState


def show_publicly(ctx: Context, *, offering_ids: Collection[int]) -> None:
    """Write anew what the alliance's pages may know of offerings of this school; whoever puts one online or takes it
    off, or changes its dates, calls this in the same transaction.

    Args:
        offering_ids: the offerings that changed; those that are not online are shown no more.
    """
    ctx.session.flush()
    if not offering_ids:
        return
    ctx.session.execute(
        delete(CourseShowing)
        .where(CourseShowing.school_id == ctx.school.id, CourseShowing.offering_id.in_(offering_ids))
        .execution_options(synchronize_session=False)
    )
    online = select(
        CourseOffering.school_id,
        CourseOffering.id,
        literal(ctx.school.alliance_id),
        *(getattr(CourseOffering, name) for name in _COPIED),
    ).where(CourseOffering.id.in_(offering_ids), CourseOffering.status == OfferingStatus.ONLINE)
    columns = ("school_id", "offering_id", "alliance_id", *_COPIED)
    ctx.session.execute(insert(CourseShowing).from_select(columns, online))


def runs_somewhere(ctx: Context) -> ColumnElement[bool]:
    """Courses of a query that run at a school today, or will; for the alliance's queries."""
    return (
        exists()
        .where(
            CourseShowing.course_owner_id == Course.school_id,
            CourseShowing.course_id == Course.id,
            *_public(ctx),
        )
        .correlate(Course)
    )


def list_showings(ctx: Context, *, courses: Collection[Course]) -> Mapping[int, list[Showing]]:
    """Where courses run, in one query: course id -> the schools, by name; at a school the offering that counts most.

    What has ended is left out, and so are suspended schools and those whose licence has ended by now.
    """
    statement = (
        select(CourseShowing, *INFO_COLUMNS)
        .join(School, School.id == CourseShowing.school_id)
        .where(
            tuple_(CourseShowing.course_owner_id, CourseShowing.course_id).in_(
                [(course.school_id, course.id) for course in courses]
            ),
            *_public(ctx),
        )
        .order_by(School.name_pinyin, School.id, CourseShowing.starts_on, CourseShowing.offering_id)
    )
    found: defaultdict[int, list[Showing]] = defaultdict(list)
    for row, *school in ctx.session.execute(statement):
        found[row.course_id].append(_showing(ctx, row, SchoolInfo(*school)))
    return {course_id: _one_a_school(showings) for course_id, showings in found.items()}


def _public(ctx: Context) -> tuple[ColumnElement[bool], ...]:
    today = ctx.today()
    own = CourseShowing.course_owner_id == CourseShowing.school_id
    licensed = (
        exists()
        .where(
            CourseLicence.school_id == CourseShowing.school_id,
            CourseLicence.course_owner_id == CourseShowing.course_owner_id,
            CourseLicence.course_id == CourseShowing.course_id,
            holds(today),
        )
        .correlate(CourseShowing)
    )
    at_work = exists().where(School.id == CourseShowing.school_id, School.status == "active")
    return (
        CourseShowing.alliance_id == ctx.school.id,
        CourseShowing.ends_on >= today,
        or_(own, licensed),
        at_work.correlate(CourseShowing),
    )


def _showing(ctx: Context, row: CourseShowing, school: SchoolInfo) -> Showing:
    dates = Dates(
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        registration_starts_on=row.registration_starts_on,
        registration_ends_on=row.registration_ends_on,
    )
    state = course_state(dates, ctx.today())
    return Showing(school, row.offering_id, state)


def _one_a_school(showings: list[Showing]) -> list[Showing]:
    first: dict[int, Showing] = {}
    places = list(CourseState)
    for showing in showings:
        held = first.get(showing.school.id)
        if held is None or places.index(showing.state) < places.index(held.state):
            first[showing.school.id] = showing
    return list(first.values())
