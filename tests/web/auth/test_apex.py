"""The login on the alliance's host: finding the school by name, initials or 学号, and the secretariat's own form."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from app.services.shared.password_hashes import hash_password
from tenants.registry import SchoolInfo
from tests.web.auth.test_views import GOOD, log_in, post


def test_the_school_is_found_by_name_initials_and_student_number(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    code = make_school().unit_code
    school = make_school(
        name=f"启明医科大学{code}", name_initials=f"qmykdx{code}", name_pinyin=f"qimingyikedaxue{code}"
    )
    client = client_for(alliance)
    target = f"http://{school.slug}.localhost/login"
    for text in (school.name, f"qmykdx{code}", school.unit_code):
        assert f'href="{target}"' in client.get("/login", query_string={"q": text}).text
    number = f"{school.unit_code}000123"
    assert f'href="{target}?account={number}"' in client.get("/login", query_string={"q": number}).text
    assert "没有找到代码为 99999 的学校" in client.get("/login?q=99999000123").text
    assert "没有找到" in client.get("/login?q=zzzzzz").text


def test_suggestions_come_as_a_part(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, school: SchoolInfo
) -> None:
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    part = client_for(alliance).get("/login", query_string={"q": school.name}, headers=headers).text
    assert school.name in part
    assert "<html" not in part


def test_suspended_schools_are_not_found(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    school = make_school(status="suspended")
    assert school.slug not in client_for(alliance).get("/login", query_string={"q": school.name}).text


def test_the_secretariat_logs_in_on_the_apex_and_goes_to_the_management_side(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(alliance, "secretary", password_hash=hash_password(GOOD), must_change_password=False)
    client = client_for(alliance)
    assert "秘书处登录" in client.get("/login").text
    assert "秘书处登录" in client.get("/login/secretariat").text
    assert client.get("/login?next=/manage/").location == "/login/secretariat?next=/manage/"
    answer = post(client, "/login", page="/login/secretariat", account=user.login_name or "", password=GOOD)
    assert (answer.status_code, answer.location) == (303, "/manage/")


def test_people_of_schools_are_nobody_on_the_apex_and_the_other_way_round(
    client_for: Callable[..., FlaskClient],
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    secretary = make_user(
        alliance, "secretary", password_hash=hash_password(GOOD), must_change_password=False
    )
    student = make_user(school, password_hash=hash_password(GOOD), must_change_password=False)
    fields = {"account": student.student_no or "", "password": GOOD}
    assert post(client_for(alliance), "/login", page="/login/secretariat", **fields).status_code == 422
    assert log_in(client_for(school), secretary.login_name, GOOD).status_code == 422
    assert client_for(school).get("/login/secretariat").status_code == 404


def test_who_sends_the_box_off_goes_straight_to_the_one_school_meant(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    school, twin = (make_school(name=f"朱雀医学院{number}") for number in (1, 2))
    client = client_for(alliance)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}

    def sent(q: str, **more: str) -> str | None:
        answer = client.get("/login", query_string={"q": q} | more, headers=headers)
        assert "HX-Replace-Url" not in answer.headers
        return answer.headers.get("HX-Redirect")

    number, login = f"{school.unit_code}000123", f"http://{school.slug}.localhost/login"
    assert sent(number, go="1") == f"{login}?account={number}"
    assert sent(school.name, go="1") == login
    assert sent(school.name) is None
    assert sent("朱雀医学院", go="1") is None
    assert sent("没有这样的学校", go="1") is None
    assert sent("", go="1") is None
    assert (
        sent(number.translate(str.maketrans("0123456789", "０１２３４５６７８９")), go="1")
        == f"{login}?account={number}"
    )
    asked = "请输入学校名称"
    assert asked in client.get("/login?q=&go=1", headers=headers).text
    assert asked not in client.get("/login?q=", headers=headers).text
    home = client.get("/").text
    assert "登录我的学校" in home
    assert twin.name in client.get("/login", query_string={"q": "朱雀医学院"}).text
