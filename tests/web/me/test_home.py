"""A person's own pages, and the home page of a school."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_course, put_offering, put_registration

MakeClient = Callable[..., FlaskClient]
MakeUser = Callable[..., User]


@pytest.mark.parametrize("path", ["/me", "/my/courses"])
def test_a_person_s_own_pages_ask_visitors_to_log_in(
    client_for: MakeClient, school: SchoolInfo, path: str
) -> None:
    answer = client_for(school).get(path)
    assert answer.status_code in (302, 303)
    assert answer.headers["Location"] == f"/login?next={path}"


def test_a_person_s_own_pages_are_not_there_on_the_apex(
    client_for: MakeClient, alliance: SchoolInfo, make_user: MakeUser
) -> None:
    secretary = make_user(alliance, "secretary", must_change_password=False, password_hash="x")
    for client in (client_for(alliance), client_for(alliance, secretary)):
        for path in ("/me", "/my/courses"):
            assert client.get(path).status_code == 404


def test_an_administrator_s_student_side_is_a_student_s(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school)
    administrator = make_user(school, "administrator", must_change_password=False, password_hash="x")
    client = client_for(school, administrator)
    for path in ("/", "/courses", f"/courses/{offering.id}", "/my/courses", "/me"):
        assert client.get(path).status_code == 200, path
    assert "教师端" in client.get("/").text


def test_my_courses_are_mine_and_those_gone_offline_stay_named(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    put_registration(
        school, put_offering(alliance, school, put_course(alliance, title="我的药理学")), student
    )
    gone = put_offering(alliance, school, put_course(alliance, title="下线的课"), status="offline")
    put_registration(school, gone, student)
    put_registration(
        school, put_offering(alliance, school, put_course(alliance, title="别人的课")), make_user(school)
    )
    page = client_for(school, student).get("/my/courses").text
    assert "我的药理学" in page
    assert "下线的课" in page
    assert f'href="/courses/{gone.id}"' not in page
    assert "别人的课" not in page


def test_without_courses_the_page_says_what_to_do_next(
    client_for: MakeClient, school: SchoolInfo, student: User
) -> None:
    page = client_for(school, student).get("/my/courses").text
    assert "您还没有报名课程" in page
    assert "浏览课程目录" in page


def test_the_home_page_sorts_courses_by_what_one_can_do_now(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    put_offering(alliance, school, put_course(alliance, title="可报名的课"))
    past = {"registration_starts_on": days(-30), "registration_ends_on": days(-20), "starts_on": days(-10)}
    running = put_offering(alliance, school, put_course(alliance, title="进行中的课"), **past)
    put_offering(
        alliance,
        school,
        put_course(alliance, title="将来的课"),
        registration_starts_on=days(20),
        registration_ends_on=days(30),
        starts_on=days(40),
    )
    put_registration(school, running, student)
    few = client_for(school).get("/").text
    order = [few.index(word) for word in ("近期课程", "可报名的课", "进行中的课", "将来的课")]
    assert order == sorted(order)
    for _ in range(7):
        put_offering(alliance, school)
    visitor = client_for(school).get("/").text
    assert school.name in visitor
    assert "我的课程" not in visitor
    order = [visitor.index(word) for word in ("正在报名", "可报名的课", "正在进行", "进行中的课", "将来的课")]
    assert order == sorted(order)
    mine = client_for(school, student).get("/").text
    assert mine.index("我的课程") < mine.index("进行中的课") < mine.index("正在报名")


def test_a_school_without_courses_has_a_home_page_that_says_so(
    client_for: MakeClient, school: SchoolInfo
) -> None:
    page = client_for(school).get("/")
    assert page.status_code == 200
    assert "现在没有开放的课程" in page.text


def test_the_first_page_names_what_comes_next_in_ones_own_courses(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    put_registration(school, put_offering(alliance, school, put_course(alliance, title="先学")), student)
    over = {"registration_starts_on": days(-90), "registration_ends_on": days(-80)}
    over |= {"starts_on": days(-70), "ends_on": days(-1)}
    ended = put_offering(alliance, school, put_course(alliance, title="学完了"), **over)
    put_registration(school, ended, student)
    page = client_for(school, student).get("/").text
    assert "退课截止" in page
    assert "还有 5 天" in page
    assert "学完了" not in page
    assert "退课截止" not in client_for(school).get("/").text
