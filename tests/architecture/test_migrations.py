"""Migrations lead to exactly the models, upwards and downwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from app.context import Actor, Context, system_clock
from app.jobs import discard
from app.migrations.head import HEAD
from app.rules.permissions import Role
from app.services.shared.audit import record
from app.services.shared.audit_chain import chain_rows
from app.services.shared.audit_check import check_chain
from app.uow import unit_of_work
from app.vault import Vault
from config import with_driver
from deploy.local.database import connect
from tenants.db import Base, db
from tenants.registry import SchoolInfo, forget_schools
from tenants.scope import school_scope
from tests.support.app import VAULT_KEY, build_app, ensure_alliance, make_settings
from tests.support.audit import write_old_rows
from tests.support.servers import TestDatabase

FOLDER = Path(__file__).parents[2] / "app" / "migrations"


@pytest.fixture
def alembic(fresh_database: TestDatabase) -> Config:
    """Alembic on a database of this test's own."""
    config = Config(FOLDER / "alembic.ini")
    config.attributes["url"] = fresh_database.owner_url
    return config


def test_the_head_that_readiness_expects_is_the_newest_migration() -> None:
    config = Config(FOLDER / "alembic.ini")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def _differences(database: TestDatabase) -> list[Any]:
    """What a new migration would have to do."""
    engine = create_engine(with_driver(database.owner_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    return found


def test_the_schema_at_head_equals_the_models(fresh_database: TestDatabase) -> None:
    assert _differences(fresh_database) == []


def test_a_schema_that_lacks_a_column_differs_from_the_models(fresh_database: TestDatabase) -> None:
    with connect(fresh_database.owner_url) as connection:
        connection.execute("ALTER TABLE users DROP COLUMN nickname")
    ((kind, _, table, column),) = _differences(fresh_database)
    assert (kind, table, column.name) == ("add_column", "users", "nickname")


def test_every_migration_goes_down_and_up_again(alembic: Config, fresh_database: TestDatabase) -> None:
    command.downgrade(alembic, "base")
    with connect(fresh_database.owner_url) as connection:
        left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert left == [("alembic_version",)]
    command.upgrade(alembic, "head")
    assert _differences(fresh_database) == []


def test_audit_rows_from_before_the_chain_in_batches_stay_protected(
    alembic: Config, fresh_database: TestDatabase, redis_url: str
) -> None:
    with _app_on(fresh_database, redis_url):
        school = ensure_alliance()
        command.downgrade(alembic, "0006")
        write_old_rows(school, 4)
        command.upgrade(alembic, "head")
        # The version before goes on until it is replaced.
        write_old_rows(school, 3)
        _act(school)
        with _context(school) as ctx:
            checked = check_chain(ctx)
        assert (checked.head.position, checked.problems()) == (8, [])
        engine = create_engine(with_driver(fresh_database.admin_url))
        for number in (2, 6):
            with engine.begin() as connection:
                connection.execute(text("UPDATE audit_log SET action = 'x' WHERE id = :id"), {"id": number})
            with _context(school) as ctx:
                broken = check_chain(ctx).broken
            assert broken is not None
            assert (broken.audit_id, broken.position) == (number, number)
            with engine.begin() as connection:
                connection.execute(
                    text("UPDATE audit_log SET action = 'test.done' WHERE id = :id"), {"id": number}
                )
        engine.dispose()
        command.downgrade(alembic, "0006")
        write_old_rows(school, 1)


@contextmanager
def _app_on(database: TestDatabase, redis_url: str) -> Iterator[None]:
    """The application's context on a database of the test's own, which nobody is connected to afterwards."""
    forget_schools()
    with build_app(make_settings(database, redis_url)).app_context():
        try:
            yield
        finally:
            db.engine.dispose()
            forget_schools()


@contextmanager
def _context(school: SchoolInfo) -> Iterator[Context]:
    with school_scope(school.id) as session:
        actor = Actor(Role.OPERATOR, "operator")
        yield Context(session, school, actor, system_clock, discard, Vault(VAULT_KEY))


def _act(school: SchoolInfo) -> None:
    with _context(school) as ctx, unit_of_work(ctx):
        record(ctx, "test.done", "test")
    with _context(school) as ctx, unit_of_work(ctx):
        chain_rows(ctx)


def test_mappings_under_the_values_of_a_person_are_deleted(
    alembic: Config, fresh_database: TestDatabase, redis_url: str
) -> None:
    headers = {
        "person": ["900012026001", "张三", "男"],
        "phone": ["张三", "138 0013 8000"],
        "mail": ["张三", "a@example.com"],
        "date": ["张三", "2005年3月17日"],
        "gender": ["张三", "男"],
        "real": ["学号", "姓名", "手机号（11位）", "2026级班级"],
    }
    with _app_on(fresh_database, redis_url):
        school = ensure_alliance()
    command.downgrade(alembic, "0007")
    engine = create_engine(with_driver(fresh_database.admin_url))
    insert = text(
        "INSERT INTO column_mappings (school_id, kind, header_sha, header, columns, created_by_name)"
        " VALUES (:school, 'students', :name, CAST(:header AS jsonb), '{}', 'x')"
    )
    with engine.begin() as connection:
        for name, header in headers.items():
            values = {"school": school.id, "name": name, "header": json.dumps(header)}
            connection.execute(insert, values)
    command.upgrade(alembic, "head")
    with engine.begin() as connection:
        left = connection.execute(text("SELECT header_sha FROM column_mappings")).scalars().all()
    engine.dispose()
    assert left == ["real"]
