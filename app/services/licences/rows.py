"""Set-based writing of licences: two statements for all of them, two more at each school (ADR 12).

The wanted licences are a subquery of finished rows (``COLUMNS``), whether they come from courses × schools or from a
sheet. The licensor writes the licence; the offering that comes with a new licence is the school's, so it is written
in the school's scope, for all courses of the action at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Subquery,
    and_,
    any_,
    cast,
    column,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.context import Context
from app.models import CourseLicence, CourseOffering, School
from app.rules.offerings.publication import OfferingStatus
from app.rules.offerings.semesters import term_of
from app.services.offerings.public import publish_state
from app.services.registrations.seats import hold_seats_of, promote_in, waits_somebody
from app.services.shared.licence_conditions import has_ended

#: The columns of a licence that are granted, and may be changed.
TERMS = ("starts_on", "ends_on", "seats", "term", "local_assessment")
KEY = ("school_id", "course_owner_id", "course_id")
#: The columns of a wanted row.
COLUMNS = (*KEY, *TERMS)


class CourseRef(NamedTuple):
    """The identity of a course: its owner and its id."""

    owner_id: int
    course_id: int


@dataclass(frozen=True, slots=True)
class Licensing:
    """The effect of an action, in numbers of licences.

    Args:
        granted: new licences.
        changed: licences that get other terms.
        unchanged: licences that already have the wanted terms.
        renewed: changed licences that had ended.
    """

    granted: int
    changed: int
    unchanged: int
    renewed: int = 0


@dataclass(frozen=True, slots=True)
class Touched:
    """The licences that an action wrote for one school."""

    granted: dict[int, CourseRef] = field(default_factory=dict)
    changed: dict[int, CourseRef] = field(default_factory=dict)
    lapsed: list[int] = field(default_factory=list)

    @property
    def refs(self) -> list[CourseRef]:
        """The courses, the new ones first."""
        return [*self.granted.values(), *self.changed.values()]


def school_day(ctx: Context) -> ColumnElement[date]:
    """Return SQL: the calendar day at the school of the row of ``schools``."""
    return cast(func.timezone(School.timezone, ctx.now()), Date)


def count_wanted(ctx: Context, wanted: Subquery) -> Licensing:
    """Return what writing these rows would do, in one query."""
    there = CourseLicence.id.is_not(None)
    differs = and_(there, _differs(wanted))
    row = ctx.session.execute(
        select(
            func.count().filter(~there),
            func.count().filter(differs),
            func.count().filter(and_(there, ~_differs(wanted))),
            func.count().filter(and_(differs, has_ended(school_day(ctx)))),
        )
        .select_from(wanted)
        .join(School, School.id == wanted.c.school_id)
        .outerjoin(CourseLicence, _same(wanted))
    ).one()
    return Licensing(*row)


def write_wanted(ctx: Context, wanted: Subquery) -> dict[int, Touched]:
    """Write the licences of these rows; licences that already have the wanted terms are not changed.

    Returns:
        what was written, by school; schools without a change are left out.
    """
    touched: dict[int, Touched] = defaultdict(Touched)
    lapsed = (
        select(CourseLicence.school_id, CourseLicence.id)
        .join(wanted, _same(wanted))
        .join(School, School.id == CourseLicence.school_id)
        .where(has_ended(school_day(ctx)), _differs(wanted))
    )
    for school_id, licence_id in ctx.session.execute(lapsed):
        touched[school_id].lapsed.append(licence_id)
    changes = (
        CourseLicence.school_id,
        CourseLicence.id,
        CourseLicence.course_owner_id,
        CourseLicence.course_id,
    )
    changed = (
        update(CourseLicence)
        .where(_same(wanted), _differs(wanted), CourseLicence.licensor_id == ctx.school.id)
        .values({name: wanted.c[name] for name in TERMS})
        .returning(*changes)
    )
    unsynchronized = {"synchronize_session": False}
    for school_id, licence_id, *ref in ctx.session.execute(changed, execution_options=unsynchronized):
        touched[school_id].changed[licence_id] = CourseRef(*ref)
    absent = (
        select(*(wanted.c[name] for name in COLUMNS), literal(ctx.school.id, BigInteger()))
        .select_from(wanted)
        .outerjoin(CourseLicence, _same(wanted))
        .where(CourseLicence.id.is_(None))
        # Rows go in the order of the keys: neighbouring rows of the indexes are written one after the other.
        .order_by(*(wanted.c[name] for name in KEY))
    )
    granted = insert(CourseLicence).from_select([*COLUMNS, "licensor_id"], absent).returning(*changes)
    for school_id, licence_id, *ref in ctx.session.execute(granted):
        touched[school_id].granted[licence_id] = CourseRef(*ref)
    return dict(touched)


def offer_granted(inner: Context, touched: Touched) -> None:
    """Write offerings in a school's scope: new licences create them as 待提交, renewed ones leave them offline.

    A course that went offline with its licence comes back when the school decides so.
    """
    if touched.granted:
        term = func.coalesce(CourseLicence.term, literal(term_of(inner.today())))
        granted = select(
            CourseLicence.school_id,
            CourseLicence.course_owner_id,
            CourseLicence.course_id,
            CourseLicence.id,
            term,
        ).where(CourseLicence.school_id == inner.school.id, CourseLicence.id == _any(touched.granted))
        names = ["school_id", "course_owner_id", "course_id", "licence_id", "term"]
        inner.session.execute(insert(CourseOffering).from_select(names, granted))
    if not touched.changed:
        return
    shown = and_(
        CourseOffering.licence_id == _any(touched.lapsed), CourseOffering.status == OfferingStatus.ONLINE
    )
    waited_for = and_(CourseOffering.licence_id == _any(touched.changed), waits_somebody())
    concerned = select(CourseOffering.id).where(
        CourseOffering.school_id == inner.school.id, or_(shown, waited_for)
    )
    offerings = hold_seats_of(inner, concerned)
    lapsed = [
        offering
        for offering in offerings
        if offering.licence_id in touched.lapsed and offering.status == OfferingStatus.ONLINE
    ]
    for offering in lapsed:
        offering.status = OfferingStatus.OFFLINE
    publish_state(inner, offering_ids=[offering.id for offering in lapsed])
    # A licence may grant more seats than before.
    promote_in(inner, offerings)


def rows_wanted(rows: Iterable[Mapping[str, Any]]) -> Subquery:
    """Return finished rows as a subquery: one array a column, whatever their number.

    Args:
        rows: values of ``COLUMNS``.
    """
    listed = list(rows)
    types = {name: getattr(CourseLicence, name).type for name in COLUMNS}
    arrays = [literal([row[name] for row in listed], ARRAY(types[name])) for name in COLUMNS]
    named = (column(name, types[name]) for name in COLUMNS)
    return select(func.unnest(*arrays).table_valued(*named).render_derived()).subquery("wanted")


def _same(wanted: Subquery) -> ColumnElement[bool]:
    return and_(*(getattr(CourseLicence, name) == wanted.c[name] for name in KEY))


def _differs(wanted: Subquery) -> ColumnElement[bool]:
    return or_(*(getattr(CourseLicence, name).is_distinct_from(wanted.c[name]) for name in TERMS))


def _any(ids: Iterable[int]) -> Any:
    return any_(literal(list(ids), ARRAY(BigInteger)))
