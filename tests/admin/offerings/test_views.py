"""The pages of 课程管理 → 慕课列表, in the manual's order (7.3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.context import Context
from app.models import CourseOffering, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course, put_offering
from tests.support.pages import token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MakeCtx = Callable[..., Context]
HOME = "/manage/"
DATES = {
    "starts_on": "2026-09-20",
    "ends_on": "2026-12-20",
    "registration_starts_on": "2026-09-01",
    "registration_ends_on": "2026-09-19",
}


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client, HOME), **fields})


@pytest.fixture
def license_to(alliance: SchoolInfo) -> Callable[[SchoolInfo], int]:
    """License a new course to a school; the offering's id is given back."""

    def make(school: SchoolInfo) -> int:
        course = put_course(alliance, title=f"授权课程{school.id}")
        return put_offering(alliance, school, course, status="unhandled", dated=False).id

    return make


@pytest.fixture
def client(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """An administrator's browser."""
    return client_for(school, make_user(school, kind="administrator", must_change_password=False))


def status_of(school: SchoolInfo) -> str:
    with school_scope(school.id) as session:
        return session.scalars(select(CourseOffering.status)).one()


def test_the_manuals_way_from_unhandled_to_online_and_offline(
    client: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/"
    listed = client.get("/manage/offerings/").text
    for word in ("联盟慕课", "待提交", f"授权课程{school.id}", "修改", "课程来源", "课程状态"):
        assert word in listed
    assert "基本信息" in client.get(page).text
    details = client.get(page + "details").text
    for word in (
        "课程开始时间",
        "课程结束时间",
        "课程注册开始时间",
        "课程注册结束时间",
        "保存",
        'type="date"',
    ):
        assert word in details
    early = send(client, page + "online")
    assert early.status_code == 303
    assert "请填写课程开始时间" in client.get(page + "details").text
    assert status_of(school) == "unhandled"
    assert send(client, page + "details", **DATES).status_code == 303
    ready = client.get(page + "details").text
    assert re.search(r'data-confirm-label="确定"[^>]*>上线<', ready)
    assert 'value="2026-09-20"' in ready
    assert send(client, page + "online").status_code == 303
    assert "已上线" in client.get(page).text
    assert re.search(r'data-confirm-label="确定"[^>]*>下线<', client.get(page).text)
    assert send(client, page + "offline").status_code == 303
    assert status_of(school) == "offline"
    assert "已下线" in client.get("/manage/offerings/?status=offline").text


def test_dates_that_are_filled_in_but_not_saved_go_online_with_the_course(
    client: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/"
    wrong = send(client, page + "online", **DATES | {"ends_on": "2026-01-01"})
    assert wrong.status_code == 422
    assert 'id="ends_on-error"' in wrong.text
    assert 'value="2026-09-20"' in wrong.text
    assert status_of(school) == "unhandled"
    assert re.search(r'data-with="dates"[^>]*>上线<', wrong.text)
    assert send(client, page + "online", **DATES).status_code == 303
    assert status_of(school) == "online"
    assert 'value="2026-12-20"' in client.get(page + "details").text


def test_a_course_that_cannot_go_online_keeps_the_dates_and_says_so(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    licence = {"starts_on": date(2090, 1, 1)}
    offering = put_offering(alliance, school, status="unhandled", licence=licence)
    page = f"/manage/offerings/{offering.id}/"
    assert send(client, page + "online", **DATES).status_code == 303
    shown = client.get(page + "details").text
    assert "还不能上线" in shown
    assert "日期和名额已保存" in shown
    assert 'value="2026-12-20"' in shown
    assert status_of(school) == "unhandled"
    # Nothing was typed this time, so nothing is said to be saved.
    send(client, page + "online")
    assert "日期和名额已保存" not in client.get(page + "details").text


def test_every_wrong_date_is_marked_at_once_and_what_was_typed_stays(
    client: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/details"
    answer = send(
        client, page, starts_on="2026-12-01", ends_on="2026-11-01", registration_starts_on="nonsense"
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


def test_an_offer_is_declined_but_not_one_more_term_of_a_course(
    client: FlaskClient, school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    page = f"/manage/offerings/{license_to(school)}/"
    first = client.get(page).text
    assert 'id="decline"' in first
    term = re.search(r'name="term".*?value="(\d{4}-\d{4}-[12])"', first, re.DOTALL)
    assert term is not None
    made = send(client, page + "again", term=term[1])
    assert made.status_code == 303
    for address in (page, made.location):
        assert 'id="decline"' not in client.get(address).text
        assert ">拒绝<" not in client.get(address).text


def test_another_schools_course_and_none_are_answered_alike(
    client: FlaskClient, other_school: SchoolInfo, license_to: Callable[[SchoolInfo], int]
) -> None:
    foreign = license_to(other_school)
    for path in ("", "details"):
        answers = {client.get(f"/manage/offerings/{each}/{path}").status_code for each in (foreign, 2**60)}
        assert answers == {404}
    for path in ("details", "online", "offline"):
        assert send(client, f"/manage/offerings/{foreign}/{path}", **DATES).status_code == 404
    assert f"授权课程{other_school.id}" not in client.get("/manage/offerings/").text


def test_a_school_without_courses_reads_what_comes_next(client: FlaskClient) -> None:
    assert "联盟秘书处授权课程后" in client.get("/manage/offerings/").text
    assert "清除筛选" in client.get("/manage/offerings/?status=online").text


def test_students_have_no_such_page(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> None:
    student = client_for(school, make_user(school, must_change_password=False))
    assert student.get("/manage/offerings/").status_code == 404
