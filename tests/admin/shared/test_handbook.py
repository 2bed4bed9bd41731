"""The manual's own page."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo

MakeUser = Callable[..., User]
MakeClient = Callable[..., FlaskClient]


def test_the_manual_s_page_leads_administrators_to_every_step(
    client_for: MakeClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    admin = make_user(school, "administrator", must_change_password=False, password_hash="x")
    client = client_for(school, admin)
    page = client.get("/manage/handbook/").text
    for said in (
        "4.2",
        "5.2",
        "6.1",
        "7.3",
        "8.3",
        "/manage/classes/",
        "/manage/offerings/",
        "/manage/imports/",
    ):
        assert said in page, said
    teacher = make_user(school, "teacher", must_change_password=False, password_hash="x")
    assert client_for(school, teacher).get("/manage/handbook/").status_code == 404


def test_the_page_on_rosters_shows_what_becomes_of_a_sheet_and_is_linked_from_the_imports(
    client_for: MakeClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    admin = make_user(school, "administrator", must_change_password=False, password_hash="x")
    client = client_for(school, admin)
    page = client.get("/manage/handbook/rosters").text
    for part in ("直接读取", "先问您一次", "不导入，但会列出来", "指出问题，改好再传", "手机号（家长）"):
        assert part in page, part
    for address in ("/manage/imports/", "/manage/teacher-imports/", "/manage/handbook/"):
        assert "/manage/handbook/rosters" in client.get(address).text
