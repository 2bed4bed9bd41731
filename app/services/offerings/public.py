"""The public offerings of schools: derived from the offerings, read by the alliance's pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, exists, insert, literal, or_, select, tuple_

from app.context import Context
from app.models import Course, CourseLicence, CourseOffering, PublicOffering, School
from app.rules.offerings.dates import Dates
from app.rules.offerings.phase import CourseState, course_state
from app.rules.offerings.publication import OfferingStatus
from app.services.schools.directory import INFO_COLUMNS
from app.services.shared.licence_conditions import holds
from tenants.registry import SchoolInfo

_COPIED = (
    "course_owner_id", "course_id", "starts_on", "ends_on", "registration_starts_on", "registration_ends_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfferedAt:
    """A course that runs at a school: the address of its page, and its state today."""

    school: SchoolInfo
    offering_id: int
    state: CourseState


def publish_state(ctx: Context, *, offering_ids: Collection[int]) -> None:
    """Write anew the public offerings of this school; call this in every transaction that changes one.

    Such a change is 上线, 下线 or new dates.

    Args:
        offering_ids: the offerings that changed; those that are not online are no longer shown.
    """
    ctx.session.flush()
    if not offering_ids:
        return
    ctx.session.execute(
        delete(PublicOffering)
        .where(PublicOffering.school_id == ctx.school.id, PublicOffering.offering_id.in_(offering_ids))
        .execution_options(synchronize_session=False)
    )
    online = select(
        CourseOffering.school_id,
        CourseOffering.id,
        literal(ctx.school.alliance_id),
        *(getattr(CourseOffering, name) for name in _COPIED),
    ).where(CourseOffering.id.in_(offering_ids), CourseOffering.status == OfferingStatus.ONLINE)
    columns = ("school_id", "offering_id", "alliance_id", *_COPIED)
    ctx.session.execute(insert(PublicOffering).from_select(columns, online))


def is_offered_somewhere(ctx: Context) -> ColumnElement[bool]:
    """Return the condition that a course runs at a school today, or will; for the alliance's queries."""
    return (
        exists()
        .where(
            PublicOffering.course_owner_id == Course.school_id,
            PublicOffering.course_id == Course.id,
            *_public(ctx),
        )
        .correlate(Course)
    )


def list_public_offerings(ctx: Context, *, courses: Collection[Course]) -> Mapping[int, list[OfferedAt]]:
    """Return where courses run: course id -> the schools by name, each with its most relevant offering.

    This takes one query. Offerings that have ended are left out, and so are suspended schools and those whose licence
    has ended by now.
    """
    statement = (
        select(PublicOffering, *INFO_COLUMNS)
        .join(School, School.id == PublicOffering.school_id)
        .where(
            tuple_(PublicOffering.course_owner_id, PublicOffering.course_id).in_(
                [(course.school_id, course.id) for course in courses]
            ),
            *_public(ctx),
        )
        .order_by(School.name_pinyin, School.id, PublicOffering.starts_on, PublicOffering.offering_id)
    )
    found: defaultdict[int, list[OfferedAt]] = defaultdict(list)
    for row, *school in ctx.session.execute(statement):
        found[row.course_id].append(_showing(ctx, row, SchoolInfo(*school)))
    return {course_id: _one_a_school(showings) for course_id, showings in found.items()}


def _public(ctx: Context) -> tuple[ColumnElement[bool], ...]:
    today = ctx.today()
    own = PublicOffering.course_owner_id == PublicOffering.school_id
    licensed = (
        exists()
        .where(
            CourseLicence.school_id == PublicOffering.school_id,
            CourseLicence.course_owner_id == PublicOffering.course_owner_id,
            CourseLicence.course_id == PublicOffering.course_id,
            holds(today),
        )
        .correlate(PublicOffering)
    )
    at_work = exists().where(School.id == PublicOffering.school_id, School.status == "active")
    return (
        PublicOffering.alliance_id == ctx.school.id,
        PublicOffering.ends_on >= today,
        or_(own, licensed),
        at_work.correlate(PublicOffering),
    )


def _showing(ctx: Context, row: PublicOffering, school: SchoolInfo) -> OfferedAt:
    dates = Dates(
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        registration_starts_on=row.registration_starts_on,
        registration_ends_on=row.registration_ends_on,
    )
    state = course_state(dates, ctx.today())
    return OfferedAt(school, row.offering_id, state)


def _one_a_school(showings: list[OfferedAt]) -> list[OfferedAt]:
    first: dict[int, OfferedAt] = {}
    places = list(CourseState)
    for showing in showings:
        best = first.get(showing.school.id)
        if best is None or places.index(showing.state) < places.index(best.state):
            first[showing.school.id] = showing
    return list(first.values())
