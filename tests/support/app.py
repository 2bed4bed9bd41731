"""The application on the test servers, schools for single tests, contexts and clients.

Every test makes the schools it needs, so tests share a database and never each other's rows.
"""

from __future__ import annotations

import contextvars
import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from admin.setup import register as register_admin
from app.context import Actor, Context
from app.factory import create_app
from app.jobs import JobName
from app.models import Consent, School, User
from app.rules.auth.consent import VERSION
from app.rules.permissions import Role
from app.vault import Vault
from config import Settings
from tenants.db import GuardedSession, db
from tenants.registry import SchoolInfo, forget_schools
from tenants.scope import school_scope
from tests.support.servers import TestDatabase
from workers.setup import register as register_workers

#: The day on which tests happen unless they say otherwise; noon in Shanghai.
NOW = datetime(2026, 9, 10, 4, 0, tzinfo=UTC)
TODAY = date(2026, 9, 10)
VAULT_KEY = bytes(range(32))

_numbers = itertools.count(1)


class IsolatedClient(FlaskClient):
    """A client whose requests run in contexts of their own, also while a test holds an application context."""

    #: The host that plain paths are asked on.
    host = "localhost"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str) and "://" not in args[0]:
            kwargs.setdefault("base_url", f"http://{self.host}")
        return contextvars.Context().run(super().open, *args, **kwargs)


def make_settings(database: TestDatabase, redis_url: str, **changes: Any) -> Settings:
    """Settings for tests; captcha off unless asked for."""
    values: dict[str, Any] = {
        "env": "test",
        "base_domain": "localhost",
        "port": None,
        "scheme": "http",
        "secret_key": "test" * 10,
        "vault_key": VAULT_KEY,
        "database_url": database.app_url,
        "redis_url": redis_url,
        "captcha": False,
        "trusted_proxies": 0,
        "mail_server": None,
        "mail_from": "noreply@localhost",
        "mail_folder": None,
    }
    return Settings(**(values | changes))


@pytest.fixture(scope="session")
def settings(pg_database: TestDatabase, redis_url: str) -> Settings:
    """The settings of the shared application."""
    return make_settings(pg_database, redis_url)


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> Iterator[Flask]:
    """The application, built once as ``wsgi.py`` does, with its alliance set up."""
    app = build_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


def build_app(settings: Settings) -> Flask:
    """An application as ``wsgi.py`` builds it, on a clock that tests own, with an alliance."""
    app = create_app(settings, plugins=(register_admin, register_workers))
    app.test_client_class = IsolatedClient
    with app.app_context():
        ensure_alliance()
    return app


@pytest.fixture
def app(shared_app: Flask) -> Iterator[Flask]:
    """The application with its clock at ``NOW`` (a test may set ``app.extensions["spoc_clock"]``) and no worker."""
    shared_app.extensions["spoc_clock"] = lambda: NOW
    forget_schools()
    yield shared_app
    shared_app.extensions["spoc_clock"] = lambda: NOW


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application's context for the length of the test."""
    with app.app_context():
        yield app


def ensure_alliance() -> SchoolInfo:
    """The test database's alliance, made on first use."""
    with db.engine.connect() as connection:
        row = connection.execute(select(School.id).where(School.kind == "alliance")).first()
        found = row[0] if row else connection.scalar(select(func.nextval("schools_id_seq")))
    if row is None:
        insert_school(
            found, found, kind="alliance", slug="alliance", unit_code="90000", name="医科院校课程联盟"
        )
    return school_info(found)


def insert_school(alliance_id: int, school_id: int | None = None, **values: Any) -> int:
    """Insert a school's row under the alliance's scope; the id is given back."""
    defaults = {"short_name": values["name"][:8], "name_pinyin": "", "name_initials": "", "accent": "#1f5eff"}
    with school_scope(alliance_id) as session:
        row = School(alliance_id=alliance_id, **(defaults | values))
        if school_id is not None:
            row.id = school_id
        session.add(row)
        session.commit()
        forget_schools()
        return row.id


def school_info(school_id: int) -> SchoolInfo:
    """The frozen value of a school, read fresh."""
    columns = [getattr(School, name) for name in SchoolInfo.__dataclass_fields__]
    with db.engine.connect() as connection:
        return SchoolInfo(*connection.execute(select(*columns).where(School.id == school_id)).one())


@pytest.fixture
def alliance(app_context: Flask) -> SchoolInfo:
    """The alliance."""
    return ensure_alliance()


@pytest.fixture
def make_school(alliance: SchoolInfo) -> Callable[..., SchoolInfo]:
    """Make a member school that no other test knows; ``timezone``, ``status`` … may be given."""

    def make(**values: Any) -> SchoolInfo:
        unit_code = next_unit_code()
        defaults = {"slug": f"school-{unit_code}", "unit_code": unit_code, "name": f"测试医学院{unit_code}"}
        return school_info(insert_school(alliance.id, **(defaults | values)))

    return make


def next_unit_code() -> str:
    """A unit code that the test database does not hold yet."""
    with db.engine.connect() as connection:
        highest = connection.scalar(select(func.max(School.unit_code)).where(School.unit_code < "80000"))
    return str(int(highest or "20000") + 1)


@pytest.fixture
def school(make_school: Callable[..., SchoolInfo]) -> SchoolInfo:
    """A school."""
    return make_school()


@pytest.fixture
def other_school(make_school: Callable[..., SchoolInfo]) -> SchoolInfo:
    """Another school, whose rows must never be seen."""
    return make_school()


class Sent(list[tuple[JobName, int, dict[str, int | str]]]):
    """The jobs that were sent; stands for the queue where a test runs the work itself."""

    def __call__(self, name: JobName, school_id: int, payload: Any) -> None:
        self.append((name, school_id, dict(payload)))


@pytest.fixture
def sent() -> Sent:
    """What contexts of this test have sent."""
    return Sent()


@pytest.fixture
def make_ctx(app_context: Flask, sent: Sent) -> Iterator[Callable[..., Context]]:
    """Make a context: ``make_ctx(school, Role.ADMINISTRATOR, user=…, now=…)``, each with a session of its own."""
    sessions: list[GuardedSession] = []

    def make(
        school: SchoolInfo, role: Role = Role.ADMINISTRATOR, *, user: User | None = None, now: datetime = NOW
    ) -> Context:
        session = GuardedSession(db=db, info={"school_id": school.id}, expire_on_commit=False)
        sessions.append(session)
        name = user.real_name if user else role.value
        actor = Actor(
            role=role, name=name, user_id=user.id if user else None, school_id=school.id, address="127.0.0.1"
        )
        return Context(session, school, actor, lambda: now, sent, Vault(VAULT_KEY))

    yield make
    for session in sessions:
        session.close()


@pytest.fixture
def secretariat(make_ctx: Callable[..., Context], alliance: SchoolInfo) -> Context:
    """The secretariat at work."""
    return make_ctx(alliance, Role.SECRETARY)


@pytest.fixture
def make_user(app_context: Flask) -> Callable[..., User]:
    """Insert an account of a school: ``make_user(school, kind="teacher", real_name=…)``."""

    def make(school: SchoolInfo, kind: str = "student", **values: Any) -> User:
        number = next(_numbers)
        defaults: dict[str, Any] = {"real_name": f"测试{number}", "nickname": f"测试{number}"}
        if kind == "student":
            defaults["student_no"] = f"{school.unit_code}{number:06d}"
        else:
            defaults["login_name"] = f"{kind}{number}"
        with school_scope(school.id) as session:
            user = User(school_id=school.id, kind=kind, **(defaults | values))
            session.add(user)
            session.flush()
            if not user.must_change_password:
                # Whoever has a password of his own has been asked at the first login.
                session.add(Consent(user_id=user.id, version=VERSION))
            session.commit()
            session.refresh(user)
            session.expunge(user)
        return user

    return make


@pytest.fixture
def client_for(app: Flask) -> Callable[..., FlaskClient]:
    """A client on a school's host, logged in when a user is given (as after a login with an own password)."""

    def make(school: SchoolInfo, user: User | None = None) -> FlaskClient:
        host = "localhost" if school.is_alliance else f"{school.slug}.localhost"
        client = app.test_client()
        assert isinstance(client, IsolatedClient)
        client.host = host
        if user is not None:
            with client.session_transaction(base_url=f"http://{host}") as session:
                session["_user_id"] = str(user.id)
                session["_fresh"] = True
        return client

    return make
