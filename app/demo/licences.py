"""Licences of the demo that are not simply valid: ending, ended, not begun yet, declined; and quotas."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from app.context import Context
from app.models import CourseLicence, CourseOffering, LicenceAnswer
from app.rules.licences.conditions import Terms
from app.rules.shared.semesters import terms_around
from app.services.licences.bulk import end_licences, license_courses
from app.services.licences.rows import CourseRef
from app.services.schools.quotas import set_quotas
from tenants.registry import SchoolInfo

_REASON = "本学期培养方案中已有同类课程，明年再考虑"
#: school -> accounts, own courses.
_QUOTAS = {"boai": (500, 20), "houpu": (300, 10)}


def vary_licences(ctx: Context, schools: Mapping[str, SchoolInfo], courses: Mapping[str, int]) -> None:
    """License what no plan of the schools holds; what is there already is left as it is.

    Args:
        schools: by slug.
        courses: ids by key.
    """
    today = ctx.today()
    wanted = (
        ("boai", "epidemiology", Terms(ends_on=today + timedelta(days=12), seats=80)),
        ("boai", "neuro", Terms(seats=60)),
        ("houpu", "skills", Terms(ends_on=today + timedelta(days=200), seats=100)),
        (
            "houpu",
            "pharmacology",
            Terms(starts_on=today + timedelta(days=40), term=terms_around(today)[2], local_assessment=True),
        ),
    )
    for slug, key, terms in wanted:
        school, ref = schools[slug], CourseRef(ctx.school.id, courses[key])
        if _held(ctx, school, ref) is not None:
            continue
        license_courses(ctx, course_refs=[ref], school_ids=[school.id], terms=terms)
        if (slug, key) == ("houpu", "skills"):
            end_licences(ctx, course_refs=[ref], school_ids=[school.id])
        if (slug, key) == ("boai", "neuro"):
            _decline(ctx, school, ref)
    for slug, (people, own_courses) in _QUOTAS.items():
        set_quotas(ctx, school_id=schools[slug].id, most_people=people, most_courses=own_courses)


def _held(ctx: Context, school: SchoolInfo, ref: CourseRef) -> int | None:
    return ctx.session.scalar(
        select(CourseLicence.id).where(
            CourseLicence.school_id == school.id, CourseLicence.course_id == ref.course_id
        )
    )


def _decline(ctx: Context, school: SchoolInfo, ref: CourseRef) -> None:
    licence_id = _held(ctx, school, ref)
    with ctx.within(school) as inner:
        offering = inner.session.scalars(
            select(CourseOffering).where(CourseOffering.licence_id == licence_id)
        ).one()
        offering.status = "declined"
        answer = LicenceAnswer(
            licence_id=licence_id, licensor_id=ctx.school.id, reason=_REASON, answered_by_name="温博文"
        )
        inner.session.add(answer)
