"""Access to rows as a superuser, regardless of the policies between schools, and a way to switch these off.

A test of a policy proves something only if it fails where the policy is missing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, text

from config import Settings, with_driver
from deploy.local.servers import Redis
from tenants import guard
from tenants.db import GuardedSession, db
from tenants.guard import scoped_table_names
from tenants.registry import SchoolInfo
from tenants.rls import APP_ROLE
from tests.support.app import NOW, build_app, ensure_alliance, insert_school, make_settings, school_info
from tests.support.servers import TestCluster, TestDatabase
from tests.support.world import Populated, populate

REDIS_DATABASE = 2
#: The listeners of the ORM guard that refuse; the one that tells PostgreSQL the school stays.
_GUARD = (("do_orm_execute", guard._add_criterion), ("before_flush", guard._refuse_other_schools))

#: table -> its rows of one school, in an order of their own.
Rows = dict[str, list[dict[str, Any]]]


class Behind:
    """The rows of schools as PostgreSQL's superuser reads and writes them: no wall is in the way.

    Args:
        engine: connects as superuser.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        #: The registry's own row of the school counts as one of its rows.
        self._keys = {"schools": "id"} | dict.fromkeys(sorted(scoped_table_names()), "school_id")
        one = "SELECT '{0}', coalesce(jsonb_agg(to_jsonb(t) ORDER BY to_jsonb(t)), '[]') FROM {0} t WHERE {1} = :id"
        self._all = text(" UNION ALL ".join(one.format(*pair) for pair in self._keys.items()))

    def rows(self, school_id: int) -> Rows:
        """Every row of a school."""
        with self._engine.connect() as connection:
            return dict(connection.execute(self._all, {"id": school_id}).all())

    def put_back(self, school_id: int, rows: Rows) -> None:
        """Make the school's rows those that ``rows()`` gave, without asking a trigger or a foreign key."""
        changed = [table for table, now in self.rows(school_id).items() if now != rows[table]]
        with self._engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for table in changed:
                connection.execute(
                    text(f"DELETE FROM {table} WHERE {self._keys[table]} = :id"), {"id": school_id}
                )
                connection.execute(
                    text(f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, :rows)"),
                    {"rows": json.dumps(rows[table])},
                )
        assert self.rows(school_id) == rows


@contextmanager
def behind_walls(database: TestDatabase) -> Iterator[Behind]:
    """The rows of a database behind its walls."""
    engine = create_engine(with_driver(database.admin_url))
    try:
        yield Behind(engine)
    finally:
        engine.dispose()


def take_down_row_level_security(database: TestDatabase) -> None:
    """Let the application's role read and write every row of every table."""
    engine = create_engine(with_driver(database.admin_url))
    with engine.begin() as connection:
        for table in scoped_table_names():
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP_ROLE}")
    engine.dispose()


@contextmanager
def without_guard() -> Iterator[None]:
    """Meanwhile no session of this process is guarded."""
    for name, listener in _GUARD:
        event.remove(GuardedSession, name, listener)
    try:
        yield
    finally:
        for name, listener in _GUARD:
            event.listen(GuardedSession, name, listener)


@dataclass(frozen=True)
class Neighbours:
    """An installation with two schools that each have a row of everything.

    Args:
        mine: the school that sessions of a test live in.
        other: the school whose rows they reach for.
    """

    app: Flask
    settings: Settings
    behind: Behind
    alliance: SchoolInfo
    mine: Populated
    other: Populated


@contextmanager
def _neighbours(cluster: TestCluster, redis: Redis, *, walls: bool) -> Iterator[Neighbours]:
    database = cluster.create(f"spoc_{secrets.token_hex(4)}")
    # Keys begin with the ids of schools, which every database counts from one.
    settings = make_settings(database, redis.url(REDIS_DATABASE))
    app = build_app(settings)
    app.extensions["spoc_redis"].flushdb()
    app.extensions["spoc_clock"] = lambda: NOW
    with app.app_context():
        alliance, worlds = ensure_alliance(), []
        for number in (1, 2):
            values = {"slug": f"s{number}", "unit_code": f"2000{number}", "name": f"学校{number}"}
            worlds.append(populate(alliance, school_info(insert_school(alliance.id, **values))))
    if not walls:
        take_down_row_level_security(database)
    with behind_walls(database) as behind:
        yield Neighbours(app, settings, behind, alliance, *worlds)
    with app.app_context():
        db.engine.dispose()
    cluster.drop(database.name)


@pytest.fixture(scope="module")
def neighbours(pg_cluster: TestCluster, redis_server: Redis) -> Iterator[Neighbours]:
    """Two schools in a database of their own."""
    with _neighbours(pg_cluster, redis_server, walls=True) as found:
        yield found


@pytest.fixture(scope="module")
def open_neighbours(pg_cluster: TestCluster, redis_server: Redis) -> Iterator[Neighbours]:
    """The same without row-level security; ``without_guard`` takes away what is left between the two."""
    with _neighbours(pg_cluster, redis_server, walls=False) as found:
        yield found
