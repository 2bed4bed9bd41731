"""The offerings of an own course follow its review."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import Course, CourseOffering
from app.services.offerings.follow_review import follow_review
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.rows import audit_of, stored_row

MakeCtx = Callable[..., Context]


@pytest.mark.parametrize(
    ("course_status", "before", "dates", "after"),
    [
        ("approved", "offline", {}, "online"),
        ("approved", "unhandled", {}, "online"),
        ("approved", "online", {}, "online"),
        ("approved", "offline", {"registration_ends_on": None}, "offline"),
        ("rejected", "online", {}, "offline"),
        ("rejected", "unhandled", {}, "unhandled"),
    ],
)
def test_an_approved_course_with_its_dates_is_shown_and_no_other(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    course_status: str,
    before: str,
    dates: dict[str, object],
    after: str,
) -> None:
    course = put_course(school, status=course_status)
    offering = put_offering(alliance, school, course, status=before, **dates)
    with unit_of_work(make_ctx(school)) as ctx:
        follow_review(ctx, course_id=course.id)
    assert stored_row(school, CourseOffering, id=offering.id).status == after
    noted = [entry.object_id for entry in audit_of(school, f"offering.{after}")]
    assert noted == ([offering.id] if after != before else [])


def test_an_alliance_course_is_left_alone(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    licensed = put_offering(alliance, school)
    with unit_of_work(make_ctx(school)) as ctx:
        assert ctx.session.get(Course, (school.id, licensed.course_id)) is None
        follow_review(ctx, course_id=licensed.course_id)
    assert stored_row(school, CourseOffering, id=licensed.id).status == "online"
