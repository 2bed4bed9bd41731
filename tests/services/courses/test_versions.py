"""The change log of courses, and the notices about a new version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import AuditEntry, CourseOffering, CourseVersion, CourseVersionOutbox, Notice, User
from app.rules.licences.conditions import Terms
from app.rules.permissions import Role
from app.services.courses import version_news
from app.services.courses.create_and_release import publish_version
from app.services.courses.drafts import open_draft, save_draft
from app.services.courses.recommendations import accept_recommendation, recommend_course
from app.services.courses.version_news import tell_schools
from app.services.courses.versions import list_versions
from app.services.licences.bulk import license_courses
from app.services.licences.rows import CourseRef
from app.services.licences.single import end_licence
from app.services.offerings.publication import take_offline
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.own_courses import Own

MakeCtx = Callable[..., Context]
MakeOwn = Callable[..., Own]
MakeUser = Callable[..., User]


@pytest.fixture
def renew(make_ctx: MakeCtx, alliance: SchoolInfo) -> Callable[..., int]:
    """Publish a new version of an alliance course; its version's id is given back."""

    def make(course_id: int, **values: object) -> int:
        with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
            view = open_draft(ctx, course_id=course_id)
            saved = save_draft(ctx, course_id=course_id, revision=view.revision, values=values)
            assert not saved.problems
            return publish_version(ctx, course_id=course_id, revision=saved.view.revision, note="更新病例").id

    return make


def tell(make_ctx: MakeCtx, alliance: SchoolInfo, version_id: int) -> bool:
    with unit_of_work(make_ctx(alliance, Role.SYSTEM)) as ctx:
        return tell_schools(ctx, version_id)


def messages(make_ctx: MakeCtx, school: SchoolInfo) -> list[tuple[int, str]]:
    rows = make_ctx(school).session.scalars(select(Notice).order_by(Notice.user_id)).all()
    # A licence is news of its own.
    named = [(row.user_id, row.body["params"].get("fields", [])) for row in rows]
    return [(user_id, "、".join(field["text"] for field in fields)) for user_id, fields in named if fields]


def test_schools_that_have_it_online_are_told_what_changed(
    make_ctx: MakeCtx,
    make_user: MakeUser,
    make_school: Callable[[], SchoolInfo],
    alliance: SchoolInfo,
    renew: Callable[..., int],
) -> None:
    course = put_course(alliance)
    online, offline, unhandled, ended, without = [make_school() for _ in range(5)]
    staff = {}
    for school in (online, offline, unhandled, ended, without):
        staff[school.id] = [make_user(school, kind=kind) for kind in ("administrator", "teacher", "teacher")]
        make_user(school, kind="administrator", status="disabled")
        make_user(school)
    first = put_offering(alliance, online, course).id
    with unit_of_work(make_ctx(online)) as ctx:
        ctx.session.get_one(CourseOffering, (online.id, first)).operating_teacher_id = staff[online.id][1].id
    hidden = put_offering(alliance, offline, course).id
    with unit_of_work(make_ctx(offline)) as ctx:
        take_offline(ctx, offering_id=hidden)
    put_offering(alliance, unhandled, course, status="unhandled", dated=False)
    put_offering(alliance, ended, course)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        end_licence(ctx, course_id=course.id, school_id=ended.id)

    version_id = renew(course.id, summary="新的简介", outline="<p>新的大纲</p>")
    assert messages(make_ctx, online) == []
    assert tell(make_ctx, alliance, version_id)
    assert messages(make_ctx, online) == [(user.id, "课程简介、教学大纲") for user in staff[online.id][:2]]
    notice = make_ctx(online).session.scalars(select(Notice).order_by(Notice.id.desc())).first()
    assert notice is not None
    assert notice.link == f"/manage/offerings/{first}/versions"
    for school in (offline, unhandled, ended, without):
        assert messages(make_ctx, school) == []
    for side in (online, alliance):
        trail = make_ctx(side).session.scalars(
            select(AuditEntry.action).where(AuditEntry.object_id == course.id)
        )
        assert "course.version_announced" in set(trail)
    # Once and for all.
    assert not tell(make_ctx, alliance, version_id)
    assert len(messages(make_ctx, online)) == 2


def test_many_schools_are_told_step_by_step_and_each_once(
    make_ctx: MakeCtx,
    make_user: MakeUser,
    make_school: Callable[[], SchoolInfo],
    alliance: SchoolInfo,
    renew: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(version_news, "SCHOOLS_A_STEP", 2)
    course = put_course(alliance)
    schools = [make_school() for _ in range(3)]
    for school in schools:
        make_user(school, kind="administrator")
        put_offering(alliance, school, course)
    version_id = renew(course.id, hours=99)
    assert tell(make_ctx, alliance, version_id)
    assert [len(messages(make_ctx, school)) for school in schools] == [1, 1, 0]
    assert tell(make_ctx, alliance, version_id)
    assert [len(messages(make_ctx, school)) for school in schools] == [1, 1, 1]
    assert not tell(make_ctx, alliance, version_id)
    left = select(CourseVersionOutbox).where(CourseVersionOutbox.version_id == version_id)
    assert make_ctx(alliance).session.scalars(left).all() == []


def test_the_first_version_is_news_to_nobody(make_ctx: MakeCtx, alliance: SchoolInfo) -> None:
    course = put_course(alliance)
    ctx = make_ctx(alliance, Role.SECRETARY)
    version_id = ctx.session.scalars(
        select(CourseVersion.id).where(CourseVersion.course_id == course.id)
    ).one()
    assert not tell(make_ctx, alliance, version_id)


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
