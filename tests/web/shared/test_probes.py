"""The probes: whether the process answers, and whether it is ready."""

from __future__ import annotations

import pytest
from flask import Flask
from redis import Redis

from tenants.registry import SchoolInfo


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
