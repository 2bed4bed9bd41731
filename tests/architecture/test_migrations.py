"""Migrations lead to exactly the models, there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.migrations.head import HEAD
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


def test_the_schema_at_head_equals_the_models(alembic: Config) -> None:
    command.check(alembic)


def test_every_migration_goes_down_and_up_again(alembic: Config) -> None:
    command.downgrade(alembic, "base")
    command.upgrade(alembic, "head")
    command.check(alembic)
