"""Hosts that are ours, hosts that are nobody, and a school that is suspended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tenants.registry import SchoolInfo


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
