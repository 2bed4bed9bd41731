"""我的信息: what a person sees and changes about themselves."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient

from app.models import SchoolClass, User
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.accounts import seal_into
from tests.support.pages import post, statements
from tests.support.requests import camera_picture

MakeClient = Callable[..., FlaskClient]
ClientFor = Callable[..., FlaskClient]
MakeUser = Callable[..., User]


def test_nickname_phone_and_photo_are_changed_alone(
    client: FlaskClient, school: SchoolInfo, student: User
) -> None:
    assert post(client, "/me", nickname="阿锋", mobile="13800138000").location == "/me"
    page = client.get("/me").text
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "13800138000" in post(client, "/me/numbers").text
    assert "13800138000" not in client.get("/me").text
    refused = post(client, "/me", nickname="阿锋", mobile="123")
    assert (refused.status_code, "应为 11 位手机号" in refused.text) == (422, True)
    assert post(client, "/me/photo", photo=(io.BytesIO(camera_picture()), "me.jpg")).location == "/me"
    address = re.search(r'src="(/me/photo-[0-9a-f]+\.webp)"', client.get("/me").text)
    assert address is not None
    shown = client.get(address[1])
    assert (shown.status_code, shown.content_type) == (200, "image/webp")
    assert post(client, "/me/photo", photo=(io.BytesIO(b"x"), "me.jpg")).status_code == 422
    assert "请先选择照片" in post(client, "/me/photo").text
    assert post(client, "/me/photo/remove").location == "/me"
    assert client.get(address[1]).status_code == 404


def test_a_photo_is_nobody_elses(
    client: FlaskClient, client_for: ClientFor, school: SchoolInfo, make_user: MakeUser
) -> None:
    post(client, "/me/photo", photo=(io.BytesIO(camera_picture()), "me.jpg"))
    address = re.search(r'src="(/me/photo-[0-9a-f]+\.webp)"', client.get("/me").text)
    assert address is not None
    assert client_for(school, make_user(school)).get(address[1]).status_code == 404


ID_TEXT = "11010519491231002X"


MOBILE_TEXT = "13800138000"


@pytest.fixture
def described(school: SchoolInfo, make_user: MakeUser) -> User:
    """A student of whom the school knows everything."""
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
    seal_into(school, user, id_number=ID_TEXT, mobile=MOBILE_TEXT)
    return user


def test_my_information_shows_who_i_am_and_masks_what_others_could_use(
    client_for: MakeClient, school: SchoolInfo, described: User
) -> None:
    page = client_for(school, described).get("/me")
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
    assert described.student_no is not None
    assert described.student_no in page.text
    assert 'href="/password"' in page.text


def test_my_information_costs_few_queries(
    client_for: MakeClient, school: SchoolInfo, described: User
) -> None:
    client = client_for(school, described)
    client.get("/me")
    with statements(db.engine) as seen:
        client.get("/me")
    assert len(seen) <= 3
