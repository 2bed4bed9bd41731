"""Searches are no longer than the servers take: the inputs' limit, and the limits of gunicorn and nginx."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from app.models import User
from app.web.shared.listing import MAX_TEXT
from tenants.registry import SchoolInfo

DEPLOY = Path(__file__).parents[3] / "deploy"


@pytest.mark.parametrize("path", ["/courses", "/members", "/login"])
def test_a_search_takes_as_many_characters_as_are_looked_for(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, path: str
) -> None:
    inputs = re.findall(r'<input[^>]*type="search"[^>]*>', client_for(alliance).get(path).text)
    assert inputs
    assert all(f'maxlength="{MAX_TEXT}"' in found for found in inputs)


def test_the_lists_of_the_administration_limit_their_search_and_text_filters(
    client_for: Callable[..., FlaskClient], make_user: Callable[..., User], school: SchoolInfo
) -> None:
    office = make_user(school, kind="administrator", must_change_password=False, password_hash="x")
    page = client_for(school, office).get("/manage/people/")
    assert page.status_code == 200
    inputs = re.findall(r'<input[^>]*type="(?:search|text)"[^>]*>', page.text)
    assert inputs
    assert all(f'maxlength="{MAX_TEXT}"' in found for found in inputs)


def test_the_servers_take_a_search_of_chinese_characters_with_all_filters() -> None:
    # The longest list has a search and five filters; each may be a text of the greatest length.
    texts = dict.fromkeys(("search", "flt0_0", "flt1_1", "flt2_2", "flt3_3", "flt4_4"), "课" * MAX_TEXT)
    line = f"GET /manage/people/?{urlencode(texts)}&sort=1&desc=1&page=99 HTTP/1.1\r\n"
    gunicorn = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))["limit_request_line"]
    nginx = re.search(r"large_client_header_buffers \d+ (\d+)k;", (DEPLOY / "nginx.conf").read_text("utf-8"))
    assert nginx is not None
    assert len(line) < gunicorn <= int(nginx[1]) * 1024
