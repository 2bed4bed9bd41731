"""What a transaction wrote is told once it is committed, all of it, also around savepoints."""

from __future__ import annotations

import pytest

from app.models import Announcement, SchoolClass
from tenants import changes as written
from tenants.changes import Written
from tenants.registry import SchoolInfo
from tenants.scope import school_scope, sibling_scope


@pytest.fixture
def told(app_context: object, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The tables that were told, commit by commit."""
    heard: list[set[str]] = []

    def hear(rows: frozenset[Written]) -> None:
        heard.append({row.table for row in rows})

    monkeypatch.setattr(written, "_listeners", [hear])
    return heard


@pytest.mark.parametrize("error", [OSError("planted"), TypeError("planted")])
def test_an_error_of_a_listener_fails_neither_the_commit_nor_the_other_listeners(
    school: SchoolInfo,
    told: list[set[str]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    def fail(_: frozenset[Written]) -> None:
        raise error

    monkeypatch.setattr(written, "_listeners", [fail, *written._listeners])
    with school_scope(school.id) as session:
        session.add(_announcement())
        session.commit()
    assert told == [{"announcements"}]
    logged = next(record for record in caplog.records if record.exc_info is not None)
    assert logged.levelname == "ERROR"
    assert logged.exc_info is not None
    assert logged.exc_info[1] is error


def _announcement() -> Announcement:
    return Announcement(title="x", body="y", created_by_name="z")


def test_a_savepoint_is_no_commit(school: SchoolInfo, told: list[set[str]]) -> None:
    with school_scope(school.id) as session:
        session.add(_announcement())
        session.flush()
        with session.begin_nested():
            session.add(SchoolClass(number="1", name="一班"))
        assert told == []
        session.commit()
    assert told == [{"announcements", "classes"}]


def test_a_savepoint_that_is_taken_back_leaves_what_was_before(
    school: SchoolInfo, told: list[set[str]]
) -> None:
    with school_scope(school.id) as session:
        session.add(_announcement())
        session.flush()
        savepoint = session.begin_nested()
        session.add(SchoolClass(number="1", name="一班"))
        session.flush()
        savepoint.rollback()
        session.commit()
        session.add(SchoolClass(number="2", name="二班"))
        session.flush()
        session.rollback()
        session.commit()
    assert len(told) == 1
    assert "announcements" in told[0]


def test_a_siblings_savepoint_is_told_when_the_elder_commits(
    alliance: SchoolInfo, school: SchoolInfo, told: list[set[str]]
) -> None:
    with school_scope(alliance.id) as elder:
        with sibling_scope(elder, school.id) as session, session.begin_nested():
            session.add(SchoolClass(number="1", name="一班"))
        assert told == []
        elder.commit()
    assert told == [{"classes"}]


def test_a_sibling_inside_a_savepoint_is_told_when_the_elder_commits(
    alliance: SchoolInfo, school: SchoolInfo, told: list[set[str]]
) -> None:
    with school_scope(alliance.id) as elder:
        with elder.begin_nested(), sibling_scope(elder, school.id) as session:
            session.add(SchoolClass(number="1", name="一班"))
        assert told == []
        elder.commit()
    assert told == [{"classes"}]
