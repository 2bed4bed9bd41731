"""The demo's data, which is made through the services."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.shell import OPERATOR
from app.context import Actor, Context
from app.demo.schools import PASSWORD
from app.jobs import discard
from app.models import AuditEntry, Course, CourseOffering, Registration, User
from app.rules.offerings.phase import CourseState
from app.rules.permissions import Role
from app.services.shared.audit_chain import sweep_audit
from app.services.shared.audit_check import check_chain
from app.vault import Vault
from tenants.db import db
from tenants.registry import SchoolInfo, find_by_slug, forget_schools
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY, build_app, make_settings
from tests.support.courses import list_offerings
from tests.support.servers import TestDatabase
from workers.dispatch import units_for


@pytest.fixture
def demo_app(fresh_database: TestDatabase, redis_url: str) -> Iterator[Flask]:
    forget_schools()
    app = build_app(make_settings(fresh_database, redis_url))
    app.extensions["spoc_clock"] = lambda: NOW
    yield app
    with app.app_context():
        db.engine.dispose()
    forget_schools()


def test_seeding_twice_makes_everything_once(demo_app: Flask) -> None:
    assert demo_app.test_cli_runner().invoke(args=["demo", "seed"]).exit_code == 0
    with demo_app.app_context():
        before = _counts()
    again = demo_app.test_cli_runner().invoke(args=["demo", "seed"])
    assert again.exit_code == 0, again.output
    with demo_app.app_context():
        assert _counts() == before
        _check_catalogues()


def _counts() -> dict[str, list[int]]:
    counts: dict[str, list[int]] = {}
    sweep_audit(units_for=units_for)
    for slug in ("mingde", "boai", "houpu"):
        school = find_by_slug(slug)
        assert school is not None
        with school_scope(school.id) as session:
            counts[slug] = [
                session.scalar(select(func.count()).select_from(table)) or 0
                for table in (User, CourseOffering, Registration, AuditEntry, Course)
            ]
            ctx = _context(school, session)
            assert check_chain(replace(ctx, actor=OPERATOR)).problems() == []
    return counts


def _check_catalogues() -> None:
    school = find_by_slug("mingde")
    assert school is not None
    with school_scope(school.id) as session:
        shown = list_offerings(_context(school, session))
        assert {item.state for item in shown.rows} == set(CourseState)
        assert all(item.course.cover_sha for item in shown.rows)
        # Not shown: the licensed course that nobody has handled yet, and the teacher's own draft.
        assert session.scalar(select(func.count()).select_from(CourseOffering)) == shown.total + 3


def _context(school: SchoolInfo, session: Session) -> Context:
    return Context(session, school, Actor(Role.STUDENT, "x"), lambda: NOW, discard, Vault(VAULT_KEY))


def test_the_printed_accounts_let_people_in(demo_app: Flask) -> None:
    demo_app.test_cli_runner().invoke(args=["demo", "seed"])
    for base, account, password, onward in (
        ("http://localhost", "secretary", PASSWORD, "/manage/"),
        ("http://mingde.localhost", "admin", PASSWORD, "/"),
        ("http://boai.localhost", "teacher1", PASSWORD, "/"),
        ("http://houpu.localhost", "900032025001", PASSWORD, "/"),
        ("http://mingde.localhost", "900012026000", "15002x", "/password"),
        ("http://mingde.localhost", "secretary", PASSWORD, None),
        ("http://boai.localhost", "900012025001", PASSWORD, None),
    ):
        client = demo_app.test_client()
        page = client.get("/login/secretariat" if base == "http://localhost" else "/login", base_url=base)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token
        form = {"csrf_token": token[1], "account": account, "password": password}
        answer = client.post("/login", base_url=base, data=form, headers={"Origin": base})
        if onward is None:
            assert answer.status_code == 422
        else:
            assert answer.status_code in (302, 303), answer.text
            assert urlsplit(answer.location).path.startswith(onward)


def test_the_accounts_are_printed_with_their_addresses(app: Flask) -> None:
    printed = app.test_cli_runner().invoke(args=["demo", "accounts"]).output
    for wanted in (
        "http://mingde.localhost",
        "http://boai.localhost",
        "http://houpu.localhost",
        "secretary",
        "15002X",
    ):
        assert wanted in printed


def test_no_demo_in_production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SPOC_ENV", "production")
    refused = app.test_cli_runner().invoke(args=["demo", "seed"])
    assert refused.exit_code == 2
