"""The pages of errors, and forms whose token is not the session's: the login has ended, or another one has begun."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from app.models import User
from tenants.registry import SchoolInfo

ClientFor = Callable[..., FlaskClient]
MakeUser = Callable[..., User]

FORM = "/my/calendar/address"
AUTOSAVE = "/manage/alliance-courses/1/autosave/basics"


def test_a_missing_page_is_a_page_of_the_school(school: SchoolInfo, client_for: ClientFor) -> None:
    answer = client_for(school).get("/no/such/page")
    assert answer.status_code == 404
    assert school.name in answer.get_data(as_text=True)


def test_without_redis_a_page_that_needs_a_session_says_try_again(
    app: Flask, school: SchoolInfo, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_for(school)
    client.set_cookie("sid", "a" * 43, domain=f"{school.slug}.localhost")
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)  # as in production
    monkeypatch.setattr(
        app.session_interface, "_redis", Redis.from_url("redis://127.0.0.1:1", socket_timeout=1)
    )
    answer = client.get("/login")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert client.get("/healthz").status_code == 200


def _login_link(text: str) -> str:
    found = re.search(r'class="btn btn-primary" href="([^"]*)" target="_blank"', text)
    assert found is not None
    return found[1]


def test_a_form_after_the_login_says_so_and_leads_to_the_login_and_back(
    client_for: ClientFor, school: SchoolInfo
) -> None:
    page = f"http://{school.slug}.localhost/courses?sort=new"
    answer = client_for(school).post(FORM, data={"nickname": "小李"}, headers={"Referer": page})
    assert answer.status_code == 400
    assert "登录已结束" in answer.text
    assert "没有保存" in answer.text
    assert "后退" in answer.text
    assert _login_link(answer.text) == "/login?next=/courses?sort%3Dnew"


@pytest.mark.parametrize(
    "referer",
    [
        "https://evil.example/courses",
        "//evil.example/courses",
        "http://{host}//evil.example/courses",
        "http://{host}/\\evil.example",
        "http://{host}@evil.example/courses",
        "http://{host}/logout",
        "http://{host}/no-such-page",
        "http://[",
        "",
    ],
)
def test_the_way_back_is_a_page_of_this_host_only(
    client_for: ClientFor, school: SchoolInfo, referer: str
) -> None:
    headers = {"Referer": referer.format(host=f"{school.slug}.localhost")}
    answer = client_for(school).post(FORM, headers=headers)
    assert answer.status_code == 400
    assert _login_link(answer.text) == "/login"


def test_an_htmx_request_after_the_login_goes_to_the_login(client_for: ClientFor, school: SchoolInfo) -> None:
    client = client_for(school)
    page = f"http://{school.slug}.localhost/courses"
    answer = client.post(FORM, headers={"Referer": page, "HX-Request": "true", "X-CSRFToken": "stale"})
    assert (answer.status_code, answer.text) == (204, "")
    assert answer.headers["HX-Redirect"] == "/login?next=/courses"
    assert "登录已结束" in client.get("/login").text


@pytest.mark.parametrize(("logged_in", "said"), [(False, "登录已结束"), (True, "页面已过期")])
def test_a_script_gets_the_sentence_as_json(
    client_for: ClientFor, make_user: MakeUser, alliance: SchoolInfo, logged_in: bool, said: str
) -> None:
    user = (
        make_user(alliance, kind="secretary", must_change_password=False, password_hash="x")
        if logged_in
        else None
    )
    headers = {"X-CSRFToken": "stale", "Accept": "application/json"}
    answer = client_for(alliance, user).post(AUTOSAVE, headers=headers)
    assert answer.status_code == 400
    assert answer.is_json
    assert said in answer.json["error"]
    assert "没有保存" in answer.json["error"]


def test_somebody_logged_in_with_an_old_page_goes_back_and_reloads(
    client_for: ClientFor, make_user: MakeUser, school: SchoolInfo
) -> None:
    user = make_user(school, must_change_password=False, password_hash="x")
    answer = client_for(school, user).post(FORM, data={"csrf_token": "stale"})
    assert answer.status_code == 400
    assert "页面已过期，请返回上一页，刷新后重新提交" in answer.text
