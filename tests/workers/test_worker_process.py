"""The command ``flask worker`` as a process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local.processes import Child
from deploy.local.servers import Redis as RedisServer
from deploy.local.stack import start_worker
from tenants.db import db
from tests.support.app import build_app, insert_school, make_settings, school_info
from tests.support.installation import environment
from tests.support.rosters import Importer, plain_rows, sheet_of
from tests.support.servers import TestDatabase
from tests.support.waiting import PATIENCE, eventually


@pytest.fixture
def redis(start_redis: Callable[[], RedisServer]) -> RedisServer:
    """A Redis that the test may stop."""
    return start_redis()


@pytest.fixture
def importer(fresh_database: TestDatabase, redis: RedisServer) -> Iterator[Importer]:
    """An importer into a school of an installation of its own; its jobs go to the real queue."""
    app = build_app(make_settings(fresh_database, redis.url()))
    with app.app_context():
        school = school_info(insert_school(1, slug="mingde", unit_code="10001", name="明德医科大学"))
        yield Importer(school, app.extensions["spoc_enqueue"])
        db.engine.dispose()


@pytest.fixture
def worker(fresh_database: TestDatabase, redis: RedisServer, tmp_path: Path) -> Iterator[Child]:
    """The command, started."""
    env = os.environ | environment(make_settings(fresh_database, redis.url()))
    started = start_worker(env, tmp_path)
    yield started
    started.stop()


def test_it_waits_for_redis_and_does_what_redis_never_heard_of(
    importer: Importer, redis: RedisServer, worker: Child
) -> None:
    eventually(lambda: "Listening" in worker.log.read_text(), by=worker)
    redis.stop()
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    assert importer.read(import_id).state == "uploaded"
    redis.start()
    eventually(lambda: importer.read(import_id).state == "checked", by=worker)


def test_it_ends_when_told_to_also_while_redis_is_away(redis: RedisServer, worker: Child) -> None:
    eventually(lambda: "Listening" in worker.log.read_text(), by=worker)
    redis.stop()
    eventually(lambda: "redis is away" in worker.log.read_text(), by=worker)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(PATIENCE) in (0, -signal.SIGTERM)
