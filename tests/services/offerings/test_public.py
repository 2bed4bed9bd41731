"""The public data of a school's courses on the alliance's pages: that they run there, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import Course, CourseOffering, PublicOffering
from app.rules.offerings.phase import CourseState
from app.rules.permissions import Role
from app.services.catalogue.alliance import (
    count_alliance,
    count_alliance_facets,
    get_released_course,
    list_released_courses,
)
from app.services.licences.expiry import tend_licences
from app.services.licences.single import end_licence
from app.services.offerings.dates import schedule_offering
from app.services.offerings.follow_review import follow_review
from app.services.offerings.public import list_public_offerings
from app.services.offerings.publication import put_online, take_offline
from app.services.schools.open_and_edit import suspend_school
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import TODAY
from tests.support.courses import put_course, put_offering

MakeCtx = Callable[..., Context]
Offer = Callable[..., int]


@pytest.fixture
def where(make_ctx: MakeCtx, alliance: SchoolInfo) -> Callable[[int], list[tuple[int, int, CourseState]]]:
    """Where a course of the alliance runs, as its page says it."""

    def read(course_id: int) -> list[tuple[int, int, CourseState]]:
        found = get_released_course(make_ctx(alliance, Role.SECRETARY), course_id=course_id)
        return [(each.school.id, each.offering_id, each.state) for each in found.showings]

    return read


def test_a_course_is_shown_where_it_is_online_and_nowhere_else(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    where: Callable[[int], Any],
) -> None:
    course = put_course(alliance)
    here = put_offering(alliance, school, course).id
    put_offering(alliance, other_school, course, status="unhandled")
    assert where(course.id) == [(school.id, here, CourseState.OPEN)]
    with unit_of_work(make_ctx(school)) as ctx:
        take_offline(ctx, offering_id=here)
    assert where(course.id) == []
    with unit_of_work(make_ctx(school)) as ctx:
        put_online(ctx, offering_id=here)
        changed = [TODAY + timedelta(days=days) for days in (-5, 90, -20, -10)]
        schedule_offering(
            ctx,
            offering_id=here,
            starts_on=changed[0],
            ends_on=changed[1],
            registration_starts_on=changed[2],
            registration_ends_on=changed[3],
        )
    assert where(course.id) == [(school.id, here, CourseState.RUNNING)]


def test_it_ends_with_the_licence_and_with_the_school(
    secretariat: Context,
    make_ctx: MakeCtx,
    make_school: Callable[..., SchoolInfo],
    alliance: SchoolInfo,
    where: Callable[[int], Any],
) -> None:
    course = put_course(alliance)
    licensed, closed = make_school(), make_school()
    put_offering(alliance, licensed, course)
    put_offering(alliance, closed, course)
    assert {school_id for school_id, *_ in where(course.id)} == {licensed.id, closed.id}
    with unit_of_work(secretariat):
        end_licence(secretariat, course_id=course.id, school_id=licensed.id)
        suspend_school(secretariat, school_id=closed.id, reason="停用")
    assert where(course.id) == []


def test_the_daily_task_and_the_review_take_it_off_and_put_it_on(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    ended = put_offering(alliance, school, licence={"ends_on": TODAY - timedelta(days=1)}).id
    own = put_course(school, status="approved")
    offering = put_offering(alliance, school, own, status="offline").id

    def shown() -> set[int]:
        return set(make_ctx(school).session.scalars(select(PublicOffering.offering_id)))

    assert shown() == {ended}
    with unit_of_work(make_ctx(school, Role.SYSTEM)) as ctx:
        tend_licences(ctx)
    assert shown() == set()
    with unit_of_work(make_ctx(school)) as ctx:
        follow_review(ctx, course_id=own.id)
    assert shown() == {offering}
    with unit_of_work(make_ctx(school)) as ctx:
        course = ctx.session.get_one(Course, (school.id, own.id))
        course.status = "rejected"
        follow_review(ctx, course_id=own.id)
    assert shown() == set()


def test_of_two_terms_at_a_school_the_open_one_is_named(
    alliance: SchoolInfo, school: SchoolInfo, where: Callable[[int], Any]
) -> None:
    accepted = put_course(school, released=True)
    past = {"registration_starts_on": TODAY - timedelta(days=90), "starts_on": TODAY - timedelta(days=60)}
    past |= {"registration_ends_on": TODAY - timedelta(days=70), "ends_on": TODAY + timedelta(days=9)}
    put_offering(alliance, school, accepted, term="2025-2026-2", **past)
    open_id = put_offering(alliance, school, accepted, term="2026-2027-1").id
    assert where(accepted.id) == [(school.id, open_id, CourseState.OPEN)]


def test_the_search_knows_accepted_courses_and_counts_what_runs(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    mark = f"莲{school.unit_code}"
    put_offering(alliance, school, put_course(alliance, title=f"{mark}甲", category="药学"))
    put_course(alliance, title=f"{mark}乙", category="护理学")
    put_offering(alliance, school, put_course(school, title=f"{mark}丙", category="药学", released=True))
    put_offering(alliance, school, put_course(school, title=f"{mark}丁", category="药学"))
    ctx = make_ctx(alliance, Role.SECRETARY)
    shelf = count_alliance_facets(ctx, text=mark)
    assert (shelf.total, shelf.running, shelf.categories) == (3, 2, {"药学": 2, "护理学": 1})
    assert count_alliance_facets(ctx, text=mark, running=True, category="护理学").total == 0
    rows = {row.course.title[-1]: row for row in list_released_courses(ctx, text=mark).rows}
    assert [row.school.id for row in rows["甲"].showings] == [school.id]
    assert rows["乙"].showings == []
    assert rows["丙"].source == school.name
    assert set(rows) == {"甲", "乙", "丙"}
    assert count_alliance(ctx).running >= 2


def test_a_school_reads_no_other_school_s_showings(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    course = put_course(alliance)
    put_offering(alliance, other_school, course)
    ctx = make_ctx(school)
    assert list(ctx.session.scalars(select(PublicOffering))) == []
    assert list(ctx.session.scalars(select(CourseOffering))) == []
    assert list_public_offerings(ctx, courses=[course]) == {}
