"""A person's own pages, and the home page of a school."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.models import SchoolClass, User
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, seal
from app.vault import Vault
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY
from tests.support.courses import days, put_course, put_offering, put_registration
from tests.support.pages import statements

MakeClient = Callable[..., FlaskClient]
MakeUser = Callable[..., User]

ID_TEXT = "11010519491231002X"
MOBILE_TEXT = "13800138000"


def with_sealed(school: SchoolInfo, user: User) -> User:
    """Give an account an ID number and a phone, sealed to its row."""
    vault = Vault(VAULT_KEY)
    id_sealed, id_index = seal(vault, school.id, ID_NUMBER, user.id, ID_TEXT)
    mobile_sealed, mobile_index = seal(vault, school.id, MOBILE, user.id, MOBILE_TEXT)
    with school_scope(school.id) as session:
        session.execute(
            update(User)
            .where(User.id == user.id)
            .values(
                id_number_sealed=id_sealed,
                id_number_index=id_index,
                mobile_sealed=mobile_sealed,
                mobile_index=mobile_index,
            )
        )
        session.commit()
    return user


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    with school_scope(school.id) as session:
        school_class = SchoolClass(number="0001", name="临床一班", entry_year=2024)
        session.add(school_class)
        session.commit()
    user = make_user(
        school,
        real_name="张三丰",
        nickname="小张",
        gender="male",
        birth_date=date(1949, 12, 31),
        entry_year=2024,
        study_years=5,
        major="临床医学",
        class_id=school_class.id,
        email="zhang@example.com",
        must_change_password=False,
        password_hash="x",
    )
    return with_sealed(school, user)


def test_my_information_shows_who_i_am_and_masks_what_others_could_use(
    client_for: MakeClient, school: SchoolInfo, student: User
) -> None:
    page = client_for(school, student).get("/me")
    assert page.status_code == 200
    for shown in (
        "张三丰",
        "小张",
        "男",
        "1949-12-31",
        "2024",
        "5 年",
        "临床一班",
        "临床医学",
        "138****8000",
    ):
        assert shown in page.text, shown
    assert "110105********002X" in page.text
    assert ID_TEXT not in page.text
    assert MOBILE_TEXT not in page.text
    assert student.student_no is not None
    assert student.student_no in page.text
    assert 'href="/password"' in page.text


def test_my_information_costs_few_queries(client_for: MakeClient, school: SchoolInfo, student: User) -> None:
    client = client_for(school, student)
    client.get("/me")
    with statements(db.engine) as seen:
        client.get("/me")
    assert len(seen) <= 3


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
