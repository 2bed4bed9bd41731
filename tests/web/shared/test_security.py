"""Security headers of every response."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo

ClientFor = Callable[..., FlaskClient]


def test_every_page_has_a_strict_policy(school: SchoolInfo, client_for: ClientFor) -> None:
    answer = client_for(school).get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "Strict-Transport-Security" not in answer.headers  # plain http in the demo
