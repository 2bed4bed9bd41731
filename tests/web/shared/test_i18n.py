"""The choice of a language."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo

ClientFor = Callable[..., FlaskClient]


def test_english_is_a_choice_that_stays(school: SchoolInfo, client_for: ClientFor) -> None:
    client = client_for(school)
    assert 'lang="zh' in client.get("/login").get_data(as_text=True)
    answer = client.post("/language", data={"locale": "en", "next": "/login"})
    assert answer.headers["Location"] == "/login"
    assert 'lang="en' in client.get("/login").get_data(as_text=True)


def test_choosing_a_language_cannot_lead_elsewhere(school: SchoolInfo, client_for: ClientFor) -> None:
    answer = client_for(school).post("/language", data={"locale": "en", "next": "https://evil.cn"})
    assert answer.headers["Location"] == "/"
