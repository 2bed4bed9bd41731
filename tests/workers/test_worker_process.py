"""The command ``flask worker`` as a process."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import current_app

from deploy.local.processes import Child
from deploy.local.servers import Redis as RedisServer
from deploy.local.stack import start_worker
from tenants.db import db
from tests.support.app import build_app, insert_school, make_settings, school_info
from tests.support.installation import environment
from tests.support.rosters import Importer, plain_rows, sheet_of
from tests.support.servers import TestDatabase

_PATIENCE = 40


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


def _eventually(true: Callable[[], bool], worker: Child) -> None:
    pause = threading.Event()
    for _ in range(_PATIENCE * 10):
        if true():
            return
        assert worker.running, worker.last_line()
        pause.wait(0.1)
    raise AssertionError(worker.last_line())


def test_it_waits_for_redis_and_does_what_redis_never_heard_of(
    importer: Importer, redis: RedisServer, worker: Child
) -> None:
    _eventually(lambda: "Listening" in worker.log.read_text(), worker)
    redis.stop()
    import_id = importer.start(sheet_of(plain_rows(importer.school)))
    assert importer.read(import_id).state == "uploaded"
    redis.start()
    _eventually(lambda: importer.read(import_id).state == "checked", worker)


def test_it_chains_audit_rows_and_logs_an_anchor_that_verify_accepts(
    importer: Importer, request: pytest.FixtureRequest
) -> None:
    importer.start(sheet_of(plain_rows(importer.school)))
    worker: Child = request.getfixturevalue("worker")
    _eventually(lambda: "anchor mingde:" in worker.log.read_text(), worker)
    run = current_app.test_cli_runner().invoke
    done = run(args=["audit", "verify", "--school", "mingde", "--anchors", str(worker.log)])
    assert done.exit_code == 0, done.output
    assert done.output.endswith("1 anchors hold\n")


def test_it_ends_when_told_to_also_while_redis_is_away(redis: RedisServer, worker: Child) -> None:
    _eventually(lambda: "Listening" in worker.log.read_text(), worker)
    redis.stop()
    _eventually(lambda: "retrying" in worker.log.read_text() or "away" in worker.log.read_text(), worker)
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(timeout=15) in (0, -signal.SIGTERM)
