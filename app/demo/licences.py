"""The demo's special licences (ending, ended, upcoming, declined), and the quotas of its schools."""

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
from app.rules.offerings.semesters import terms_around
from app.services.licences.bulk import end_licences, license_courses
from app.services.licences.rows import CourseRef
from app.services.schools.quotas import set_quotas
from tenants.registry import SchoolInfo


@dataclass(frozen=True, slots=True)
class DemoLicence:
    """A licence in addition to those of the schools' plans.

    Args:
        school: the school's slug.
        course: the course's key.
        starts_in, ends_in: days from today; ``None``: immediately, no end.
        next_term: whether it is meant for the next term.
        ended: whether the secretariat has ended it.
        declined: the school's reason for declining it; blank: not declined.
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
        """Return the terms of the licence if it is granted today."""
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


def add_special_licences(ctx: Context, schools: Mapping[str, SchoolInfo], courses: Mapping[str, int]) -> None:
    """Grant the licences that are in no plan of the schools, and set quotas; existing licences stay unchanged.

    Args:
        schools: the schools by slug.
        courses: the ids of the courses by key.
    """
    for demo in load(_File, "licences.toml").licences:
        school, ref = schools[demo.school], CourseRef(ctx.school.id, courses[demo.course])
        if _licence_id(ctx, school, ref) is not None:
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


def _licence_id(ctx: Context, school: SchoolInfo, ref: CourseRef) -> int | None:
    return ctx.session.scalar(
        select(CourseLicence.id).where(
            CourseLicence.school_id == school.id, CourseLicence.course_id == ref.course_id
        )
    )


def _decline(ctx: Context, school: SchoolInfo, ref: CourseRef, reason: str) -> None:
    licence_id = _licence_id(ctx, school, ref)
    administrator = next(demo.administrator for demo in members().schools if demo.slug == school.slug)
    with ctx.within(school) as inner:
        offering = inner.session.scalars(
            select(CourseOffering).where(CourseOffering.licence_id == licence_id)
        ).one()
        offering.status = "declined"
        answer = LicenceAnswer(
            licence_id=licence_id, licensor_id=ctx.school.id, reason=reason, answered_by_name=administrator
        )
        inner.session.add(answer)
