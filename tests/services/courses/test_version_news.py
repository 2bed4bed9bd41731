"""Notices about a new version of a course: their readers, and one for each school."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import AuditEntry, CourseOffering, CourseVersion, CourseVersionOutbox, Notice, User
from app.rules.permissions import Role
from app.services.courses import version_news
from app.services.courses.version_news import tell_schools
from app.services.licences.single import end_licence
from app.services.offerings.publication import take_offline
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


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
