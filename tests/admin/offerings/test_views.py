"""The pages of 课程管理 → 慕课列表, in the manual's order (7.3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from flask.testing import FlaskClient
from sqlalchemy import select

from app.context import Context
from app.models import CourseOffering, User
from app.rules.permissions import Role
from app.services.courses.create_and_release import (
    CourseContent,
    create_course,
    publish_version,
    release_course,
)
from app.services.courses.drafts import open_draft, save_draft
from app.services.licences.single import license_course
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_offering
from tests.support.manage import send
from tests.support.own_courses import Own
from tests.support.pages import statements

MakeOwn = Callable[..., Own]
MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


DATES = {
    "starts_on": "2026-09-20",
    "ends_on": "2026-12-20",
    "registration_starts_on": "2026-09-01",
    "registration_ends_on": "2026-09-19",
}


def status_of(school: SchoolInfo) -> str:
    with school_scope(school.id) as session:
        return session.scalars(select(CourseOffering.status)).one()


def test_the_manuals_way_from_unhandled_to_online_and_offline(
    office: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/"
    listed = office.get("/manage/offerings/").text
    for word in ("联盟慕课", "待提交", f"授权课程{school.id}", "修改", "课程来源", "课程状态"):
        assert word in listed
    assert "基本信息" in office.get(page).text
    details = office.get(page + "details").text
    for word in (
        "课程开始时间",
        "课程结束时间",
        "课程注册开始时间",
        "课程注册结束时间",
        "保存",
        'type="date"',
    ):
        assert word in details
    early = send(office, page + "online")
    assert early.status_code == 303
    assert "请填写课程开始时间" in office.get(page + "details").text
    assert status_of(school) == "unhandled"
    assert send(office, page + "details", **DATES).status_code == 303
    ready = office.get(page + "details").text
    assert re.search(r'data-confirm-label="确定"[^>]*>上线<', ready)
    assert 'value="2026-09-20"' in ready
    assert send(office, page + "online").status_code == 303
    assert "已上线" in office.get(page).text
    assert re.search(r'data-confirm-label="确定"[^>]*>下线<', office.get(page).text)
    assert send(office, page + "offline").status_code == 303
    assert status_of(school) == "offline"
    assert "已下线" in office.get("/manage/offerings/?status=offline").text


def test_dates_that_are_filled_in_but_not_saved_go_online_with_the_course(
    office: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/"
    wrong = send(office, page + "online", **DATES | {"ends_on": "2026-01-01"})
    assert wrong.status_code == 422
    assert 'id="ends_on-error"' in wrong.text
    assert 'value="2026-09-20"' in wrong.text
    assert status_of(school) == "unhandled"
    assert re.search(r'data-with="dates"[^>]*>上线<', wrong.text)
    assert send(office, page + "online", **DATES).status_code == 303
    assert status_of(school) == "online"
    assert 'value="2026-12-20"' in office.get(page + "details").text


def test_a_course_that_cannot_go_online_keeps_the_dates_and_says_so(
    office: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    licence = {"starts_on": date(2090, 1, 1)}
    offering = put_offering(alliance, school, status="unhandled", licence=licence)
    page = f"/manage/offerings/{offering.id}/"
    assert send(office, page + "online", **DATES).status_code == 303
    shown = office.get(page + "details").text
    assert "还不能上线" in shown
    assert "日期和名额已保存" in shown
    assert 'value="2026-12-20"' in shown
    assert status_of(school) == "unhandled"
    # Nothing was typed this time, so nothing is said to be saved.
    send(office, page + "online")
    assert "日期和名额已保存" not in office.get(page + "details").text


def test_every_wrong_date_is_marked_at_once_and_what_was_typed_stays(
    office: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/details"
    answer = send(
        office, page, starts_on="2026-12-01", ends_on="2026-11-01", registration_starts_on="nonsense"
    )
    assert answer.status_code == 422
    for field in ("ends_on", "registration_starts_on", "registration_ends_on"):
        assert f'id="{field}-error"' in answer.text
    assert 'id="starts_on-error"' not in answer.text
    assert 'value="2026-12-01"' in answer.text
    assert status_of(school) == "unhandled"


def test_a_teacher_looks_but_does_not_touch(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, license_to: Callable[[SchoolInfo], int]
) -> None:
    offering_id, runs_it = license_to(school), make_user(school, kind="teacher", must_change_password=False)
    page = f"/manage/offerings/{offering_id}/"
    teacher = client_for(school, runs_it)
    assert teacher.get(page).status_code == 404
    with school_scope(school.id) as session:
        session.get_one(CourseOffering, (school.id, offering_id)).operating_teacher_id = runs_it.id
        session.commit()
    assert teacher.get(page).status_code == 200
    assert "上线</button>" not in teacher.get(page).text
    assert 'name="starts_on"' not in teacher.get(page + "details").text
    for path in ("details", "online", "offline"):
        assert send(teacher, page + path, **DATES).status_code == 404
    assert status_of(school) == "unhandled"


def test_another_schools_course_and_none_are_answered_alike(
    office: FlaskClient, other_school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    foreign = license_to(other_school)
    for path in ("", "details"):
        answers = {office.get(f"/manage/offerings/{each}/{path}").status_code for each in (foreign, 2**60)}
        assert answers == {404}
    for path in ("details", "online", "offline"):
        assert send(office, f"/manage/offerings/{foreign}/{path}", **DATES).status_code == 404
    assert f"授权课程{other_school.id}" not in office.get("/manage/offerings/").text


def test_a_school_without_courses_reads_what_comes_next(office: FlaskClient) -> None:
    assert "联盟秘书处授权课程后" in office.get("/manage/offerings/").text
    assert "清除筛选" in office.get("/manage/offerings/?status=online").text


def test_students_have_no_such_page(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> None:
    student = client_for(school, make_user(school, must_change_password=False))
    assert student.get("/manage/offerings/").status_code == 404


def test_an_alliance_course_is_read_at_a_school_and_its_log_says_what_changed(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        course = create_course(
            ctx,
            content=CourseContent(
                title=f"共享{school.id}",
                category="临床医学",
                teachers="甲",
                summary="旧简介",
                description="介绍",
                outline="<h3>第一章</h3>",
                readings="教材一\n教材二",
            ),
        )
        release_course(ctx, course_id=course.id)
        license_course(ctx, course_id=course.id, school_ids=[school.id])
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        view = open_draft(ctx, course_id=course.id)
        save_draft(ctx, course_id=course.id, revision=view.revision, values={"summary": "新简介"})
    with school_scope(school.id) as session:
        page = f"/manage/offerings/{session.scalars(select(CourseOffering.id)).one()}/"
    reader = client_for(school, make_user(school, kind="administrator", must_change_password=False))
    assert "旧简介" in reader.get(page).text
    assert "新简介" not in reader.get(page).text
    details = reader.get(page + "details").text
    assert "<h3>第一章</h3>" in details
    # The dates, which the school fills in, stand before what it can only read.
    assert details.index("课程注册开始时间") < details.index("<h3>第一章</h3>")
    todo = reader.get(page).text.split("上线之前还需要：")[1]
    assert f'href="{page}details"' in todo.split("</div>")[0]
    assert "授权截止" in reader.get(page).text
    assert "还没有评价设置" in reader.get(page + "assessment").text
    for tab in ("", "details", "assessment"):
        assert "data-autosave=" not in reader.get(page + tab).text
    for path in ("save/basics", "autosave/basics", "presence", "discard"):
        assert send(reader, page + path, revision="9", title="本校改名").status_code == 404
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        view = open_draft(ctx, course_id=course.id)
        publish_version(ctx, course_id=course.id, revision=view.revision, note="更正简介")
    log = reader.get(page + "versions").text
    for word in ("第 2 版", "课程简介", "更正简介", "首次发布"):
        assert word in log
    assert "新简介" in reader.get(page).text


def test_the_list_costs_the_same_however_long_it_is(
    office: FlaskClient, school: SchoolInfo, own_course: MakeOwn
) -> None:
    counts = []
    for _ in range(2):
        own_course(school)
        with statements(db.engine) as seen:
            assert office.get("/manage/offerings/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
