"""Migrations lead to exactly the models, there and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from app.migrations.head import HEAD
from config import with_driver
from deploy.local.database import connect
from tenants.db import Base
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
