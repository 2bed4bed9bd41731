"""Alembic's environment: it connects as the owner role, with short lock waits so that a running site is not blocked."""

from __future__ import annotations

import os

from alembic import context
from sqlalchemy import create_engine, pool, text

import app.models  # noqa: F401  registers the tables
from config import with_driver
from tenants.db import Base

target_metadata = Base.metadata


def _url() -> str:
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_OWNER_URL", "")
    if not url:
        raise SystemExit("DATABASE_OWNER_URL is not set: migrations run as the owner of the tables")
    return with_driver(url)


def run() -> None:
    """Migrate the database of the settings."""
    engine = create_engine(_url(), poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '4s'"))
        connection.execute(text("SET statement_timeout = '60s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=target_metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


run()
