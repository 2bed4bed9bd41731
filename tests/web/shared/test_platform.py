"""The headers of every answer, the error pages, and the probes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from tenants.registry import SchoolInfo

ClientFor = Callable[..., FlaskClient]


def _get(app: Flask, host: str, path: str = "/") -> tuple[int, str]:
    client = app.test_client()
    answer = client.get(path, headers={"Host": host})
    return answer.status_code, answer.get_data(as_text=True)


def test_an_unknown_subdomain_is_not_found_and_shows_the_way_to_the_members(
    app: Flask, alliance: SchoolInfo
) -> None:
    status, page = _get(app, "nosuchschool.localhost")
    assert status == 404
    assert "联盟成员" in page
    assert "//localhost" in page


def test_a_suspended_school_shows_a_notice_on_every_page(
    app: Flask, make_school: Callable[..., SchoolInfo]
) -> None:
    school = make_school(status="suspended")
    for path in ("/", "/courses", "/login", "/manage/"):
        status, page = _get(app, f"{school.slug}.localhost", path)
        assert status == 403
        assert school.name in page


@pytest.mark.parametrize(
    "host",
    [
        "evil.cn", "localhost.evil.cn", "xlocalhost", "localhost@evil.cn", "evil.cn:80", "", "..", "a_b.localhost",
        "127.0.0.1", "[::1]", "localhost.", "mingde.localhost.evil.cn", "%00.localhost", "localhost/evil",
    ],
)  # fmt: skip
def test_a_foreign_host_is_a_bad_request(app: Flask, alliance: SchoolInfo, host: str) -> None:
    status, page = _get(app, host)
    assert status in (400, 404), host
    if host in ("evil.cn", "localhost.evil.cn", "127.0.0.1"):
        assert status == 400
    assert "Traceback" not in page


def test_every_page_has_a_strict_policy(school: SchoolInfo, client_for: ClientFor) -> None:
    answer = client_for(school).get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in answer.headers  # plain http in the demo


def test_a_missing_page_is_a_page_of_the_school(school: SchoolInfo, client_for: ClientFor) -> None:
    answer = client_for(school).get("/no/such/page")
    assert answer.status_code == 404
    assert school.name in answer.get_data(as_text=True)


def test_english_is_a_choice_that_stays(school: SchoolInfo, client_for: ClientFor) -> None:
    client = client_for(school)
    assert 'lang="zh' in client.get("/login").get_data(as_text=True)
    answer = client.post("/language", data={"locale": "en", "next": "/login"})
    assert answer.headers["Location"] == "/login"
    assert 'lang="en' in client.get("/login").get_data(as_text=True)


def test_choosing_a_language_cannot_lead_elsewhere(school: SchoolInfo, client_for: ClientFor) -> None:
    answer = client_for(school).post("/language", data={"locale": "en", "next": "https://evil.cn"})
    assert answer.headers["Location"] == "/"


def test_the_process_answers_on_any_host_that_is_ours(app: Flask, alliance: SchoolInfo) -> None:
    client = app.test_client()
    assert client.get("/healthz", headers={"Host": "localhost"}).json == {"status": "ok"}
    assert client.get("/readyz", headers={"Host": "localhost"}).json == {
        "status": "ok",
        "database": "ok",
        "redis": "ok",
    }


def test_readiness_says_what_is_missing(
    app: Flask, alliance: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "spoc_redis", Redis.from_url("redis://127.0.0.1:1", socket_timeout=1))
    monkeypatch.setattr("app.web.shared.probes.HEAD", "9999")
    answer = app.test_client().get("/readyz", headers={"Host": "localhost"})
    assert answer.status_code == 503
    assert answer.json is not None
    assert "unavailable" in answer.json["redis"]
    assert "9999" in answer.json["database"]


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
