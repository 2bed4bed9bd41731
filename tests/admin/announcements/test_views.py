"""公告 of the alliance and of schools through their pages."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.pages import token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


def test_the_alliance_speaks_to_some_schools_and_takes_it_back(
    secretary_client: FlaskClient,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: MakeUser,
    client_for: ClientFor,
) -> None:
    home = "/manage/alliance-announcements/"
    title = f"给{school.unit_code}的通知"
    fields = {
        "csrf_token": token_of(secretary_client, home),
        "title": title,
        "body": "<p>请<strong>查收</strong></p><script>alert(1)</script>",
        "audience": "everyone",
        "to_all": "0",
    }
    refused = secretary_client.post(f"{home}new/", data=fields)
    assert refused.status_code == 422
    assert "请至少选择一所学校" in refused.text
    sent = secretary_client.post(f"{home}new/", data=fields | {"school_ids": str(school.id), "publish": "1"})
    assert sent.status_code == 303
    administrators = {
        one.id: client_for(one, make_user(one, "administrator", must_change_password=False))
        for one in (school, other_school)
    }
    assert title in administrators[school.id].get("/manage/announcements/").text
    assert title not in administrators[other_school.id].get("/manage/announcements/").text
    assert title in client_for(school).get("/announcements/").text
    listed = secretary_client.get(f"{home}?q={title}").text
    assert "1 所学校" in listed
    path = listed.split(f'href="{home}')[-1].split('"')[0]
    edit = secretary_client.get(home + path).text
    assert "<strong>查收</strong>" in edit.replace("&lt;", "<").replace("&gt;", ">")
    assert "alert(1)" not in edit
    assert secretary_client.post(f"{home}{path}withdraw", data=fields).status_code == 303
    assert title not in client_for(school).get("/announcements/").text
    assert secretary_client.post(f"{home}{path}delete", data=fields).headers["Location"] == home


def test_a_school_writes_its_own_and_the_alliances_are_not_its_to_change(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    client = client_for(school, make_user(school, "administrator", must_change_password=False))
    home = "/manage/announcements/"
    token = token_of(client, home)
    draft = {"csrf_token": token, "title": "选课安排", "body": "第一轮\n\n第二轮", "audience": "everyone"}
    assert client.post(f"{home}new/", data=draft).status_code == 303
    assert "草稿" in client.get(home).text
    assert "选课安排" not in client.get("/announcements/").text
    assert "全部学校" not in client.get(f"{home}new/").text
    assert client.get("/manage/alliance-announcements/").status_code == 404
    assert client.get(f"{home}999999999/").status_code == 404
