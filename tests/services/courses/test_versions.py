"""The change log of courses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from app.context import Context
from app.models import CourseVersion
from app.rules.licences.conditions import Terms
from app.rules.permissions import Role
from app.services.courses.recommendations import accept_recommendation, recommend_course
from app.services.courses.versions import list_versions
from app.services.licences.bulk import license_courses
from app.services.licences.rows import CourseRef
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.own_courses import Own

MakeCtx = Callable[..., Context]
MakeOwn = Callable[..., Own]


def test_the_log_is_read_by_the_owner_and_by_schools_that_have_the_course(
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    alliance: SchoolInfo,
    renew: Callable[..., int],
) -> None:
    course = put_course(alliance)
    put_offering(alliance, school, course)
    renew(course.id, summary="二")
    renew(course.id, summary="三")

    def numbers(reader: SchoolInfo, page: int = 1) -> tuple[list[int], int]:
        found = list_versions(make_ctx(reader), owner_id=alliance.id, course_id=course.id, page=page)
        return [row.number for row in found.rows], found.total

    assert numbers(alliance)[0] == numbers(school)[0] == [3, 2, 1]
    assert numbers(other_school)[0] == []


def test_the_versions_of_a_released_course_are_open_to_every_school(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, renew: Callable[..., int]
) -> None:
    course = put_course(alliance)
    renew(course.id, summary="二")
    shared = select(CourseVersion.number).where(CourseVersion.course_id == course.id)
    assert sorted(make_ctx(school).session.scalars(shared)) == [1, 2]


def test_a_version_of_two_years_ago_keeps_its_words(
    make_ctx: MakeCtx, alliance: SchoolInfo, renew: Callable[..., int]
) -> None:
    course = put_course(alliance, summary="一")
    version_id = renew(course.id, summary="二")
    ctx = make_ctx(alliance, Role.SECRETARY, now=make_ctx(alliance).now() + timedelta(days=730))
    version = ctx.session.scalars(select(CourseVersion).where(CourseVersion.id == version_id)).one()
    assert (version.content["summary"], version.changed, version.note) == ("二", ["summary"], "更新病例")


def test_who_published_is_told_to_the_owner_only(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    with unit_of_work(make_ctx(school)) as ctx:
        sent = recommend_course(ctx, course_id=own.course_id)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        accept_recommendation(ctx, school_id=school.id, recommendation_id=sent.id)
        refs = [CourseRef(school.id, own.course_id)]
        license_courses(ctx, course_refs=refs, school_ids=[other_school.id], terms=Terms())
    here, there = make_ctx(school), make_ctx(other_school)
    (mine,), (theirs,) = (
        list_versions(ctx, owner_id=school.id, course_id=own.course_id).rows for ctx in (here, there)
    )
    assert (mine.number, mine.published_by) == (1, here.actor.name)
    assert (theirs.number, theirs.published_by) == (1, "")
