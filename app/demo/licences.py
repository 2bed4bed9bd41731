"""Licences of the demo that are not simply valid: ending, ended, not begun yet, declined; and quotas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from app.context import Context
from app.demo.data_files import load
from app.demo.schools import members
from app.models import CourseLicence, CourseOffering, LicenceAnswer
from app.rules.licences.conditions import Terms
from app.rules.shared.semesters import terms_around
from app.services.licences.bulk import end_licences, license_courses
from app.services.licences.rows import CourseRef
from app.services.schools.quotas import set_quotas
from tenants.registry import SchoolInfo


@dataclass(frozen=True, slots=True)
class DemoLicence:
    """A licence that no plan holds.

    Args:
        school: the school's slug.
        course: the course's key.
        starts_in, ends_in: days from today; ``None``: at once, without end.
        next_term: whether it is meant for the coming term.
        ended: whether the secretariat has ended it.
        declined: why the school has declined it; blank: it has not.
    """

    school: str
    course: str
    starts_in: int | None = None
    ends_in: int | None = None
    seats: int | None = None
    next_term: bool = False
    local_assessment: bool = False
    ended: bool = False
    declined: str = ""

    def terms(self, today: date) -> Terms:
        """What it grants when it is given today."""
        return Terms(
            starts_on=None if self.starts_in is None else today + timedelta(days=self.starts_in),
            ends_on=None if self.ends_in is None else today + timedelta(days=self.ends_in),
            seats=self.seats,
            term=terms_around(today)[2] if self.next_term else None,
            local_assessment=self.local_assessment,
        )


@dataclass(frozen=True, slots=True)
class _File:
    licences: tuple[DemoLicence, ...]


def vary_licences(ctx: Context, schools: Mapping[str, SchoolInfo], courses: Mapping[str, int]) -> None:
    """License what no plan of the schools holds; what is there already is left as it is.

    Args:
        schools: by slug.
        courses: ids by key.
    """
    for demo in load(_File, "licences.toml").licences:
        school, ref = schools[demo.school], CourseRef(ctx.school.id, courses[demo.course])
        if _held(ctx, school, ref) is not None:
            continue
        license_courses(ctx, course_refs=[ref], school_ids=[school.id], terms=demo.terms(ctx.today()))
        if demo.ended:
            end_licences(ctx, course_refs=[ref], school_ids=[school.id])
        if demo.declined:
            _decline(ctx, school, ref, demo.declined)
    for planned in members().schools:
        if planned.quota is not None:
            set_quotas(
                ctx,
                school_id=schools[planned.slug].id,
                most_people=planned.quota.people,
                most_courses=planned.quota.own_courses,
            )


def _held(ctx: Context, school: SchoolInfo, ref: CourseRef) -> int | None:
    return ctx.session.scalar(
        select(CourseLicence.id).where(
            CourseLicence.school_id == school.id, CourseLicence.course_id == ref.course_id
        )
    )


def _decline(ctx: Context, school: SchoolInfo, ref: CourseRef, reason: str) -> None:
    licence_id = _held(ctx, school, ref)
    administrator = next(one.administrator for one in members().schools if one.slug == school.slug)
    with ctx.within(school) as inner:
        offering = inner.session.scalars(
            select(CourseOffering).where(CourseOffering.licence_id == licence_id)
        ).one()
        offering.status = "declined"
        answer = LicenceAnswer(
            licence_id=licence_id, licensor_id=ctx.school.id, reason=reason, answered_by_name=administrator
        )
        inner.session.add(answer)
