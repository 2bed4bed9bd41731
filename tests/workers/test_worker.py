"""The commands ``flask worker`` and ``flask sweeper`` as processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from flask import current_app
from sqlalchemy import func, select, update

from app.models import DailyRun, ImportOutbox, RosterImport
from config import Settings
from deploy.local.processes import Child
from deploy.local.servers import Redis as RedisServer
from deploy.local.stack import start_sweeper, start_worker
from tenants.db import db
from tenants.scope import school_scope
from tests.support.app import Sent, build_app, insert_school, make_settings, school_info
from tests.support.checkout import PROJECT
from tests.support.installation import environment
from tests.support.rosters import Importer, plain_rows, sheet_of
from tests.support.servers import TestDatabase
from tests.support.waiting import PATIENCE, eventually
from workers.queue import EntryPointJob, make_connection, make_queue
from workers.schedule import DAILY_TASKS


@pytest.fixture
def redis(start_redis: Callable[[], RedisServer]) -> RedisServer:
    """A Redis that the test may stop."""
    return start_redis()


@pytest.fixture
def settings(fresh_database: TestDatabase, redis: RedisServer) -> Settings:
    """The settings of an installation of the test's own."""
    return make_settings(fresh_database, redis.url())


@pytest.fixture
def importer(settings: Settings) -> Iterator[Importer]:
    """An importer into a school of this installation; its jobs go to the real queue."""
    app = build_app(settings)
    with app.app_context():
        school = school_info(insert_school(1, slug="mingde", unit_code="10001", name="明德医科大学"))
        yield Importer(school, app.extensions["spoc_enqueue"])
        db.engine.dispose()


@pytest.fixture
def env(settings: Settings) -> dict[str, str]:
    """The environment of the processes."""
    return os.environ | environment(settings)


@pytest.fixture
def worker(env: dict[str, str], tmp_path: Path) -> Iterator[Child]:
    """A worker, started."""
    started = start_worker(env, tmp_path)
    yield started
    started.stop()


@pytest.fixture
def sweeper(env: dict[str, str], tmp_path: Path) -> Iterator[Child]:
    """A sweeper, started."""
    started = start_sweeper(env, tmp_path)
    yield started
    started.stop()


def _eventually(true: Callable[[], bool], *children: Child) -> None:
    def done() -> bool:
        if true():
            return True
        for child in children:
            assert child.running, child.last_line()
        return False

    eventually(done)


def _logs(child: Child, *texts: str) -> Callable[[], bool]:
    return lambda: any(text in child.log.read_text() for text in texts)


def _upload(importer: Importer) -> int:
    return importer.start(sheet_of(plain_rows(importer.school)))


def test_they_wait_for_redis_and_do_what_redis_never_heard_of(
    importer: Importer, redis: RedisServer, worker: Child, sweeper: Child
) -> None:
    _eventually(_logs(worker, "Listening"), worker)
    _eventually(_logs(sweeper, "sweeping"), sweeper)
    redis.stop()
    import_id = _upload(importer)
    assert importer.read(import_id).state == "uploaded"
    redis.start()
    _eventually(lambda: importer.read(import_id).state == "checked", worker, sweeper)


def test_a_long_job_in_the_only_worker_does_not_stop_the_sweeps(
    importer: Importer, redis: RedisServer, worker: Child, env: dict[str, str], tmp_path: Path
) -> None:
    with school_scope(importer.school.id) as holding:
        long = _upload(importer)
        holding.execute(select(RosterImport.id).where(RosterImport.id == long).with_for_update())
        horses = psutil.Process(worker.process.pid).children
        _eventually(lambda: bool(horses()), worker)
        (horse,) = horses()
        # The job waits for the row, so the horse has not ended; from here on it takes as long as the test wants.
        horse.suspend()
    lost = Importer(importer.school, Sent())
    import_id = _upload(lost)
    _let_be_due(importer, import_id)
    queue = make_queue(make_connection(redis.url()))

    def waits() -> bool:
        jobs = EntryPointJob.fetch_many(queue.job_ids, connection=queue.connection, serializer="json")
        return any(job is not None and job.args[2] == {"import_id": import_id} for job in jobs)

    assert not waits()
    sweeper = start_sweeper(env, tmp_path)
    try:
        _eventually(waits, worker, sweeper)
        assert horse.status() == psutil.STATUS_STOPPED
        assert importer.read(long).state == "uploaded"
        horse.resume()
        for each in (import_id, long):
            _eventually(lambda each=each: importer.read(each).state == "checked", worker, sweeper)  # type: ignore[misc]
    finally:
        sweeper.stop()


def _let_be_due(importer: Importer, import_id: int) -> None:
    with school_scope(importer.school.id) as session:
        due = func.now() - timedelta(seconds=1)
        session.execute(update(ImportOutbox).where(ImportOutbox.import_id == import_id).values(due_at=due))
        session.commit()


def _sweep_once(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sweeper", "--once"]
    return subprocess.run(
        command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_one_sweep_runs_the_daily_tasks_of_every_school(importer: Importer, env: dict[str, str]) -> None:
    done = _sweep_once(env)
    assert done.returncode == 0, done.stderr
    with school_scope(importer.school.id) as session:
        ran = session.scalars(select(DailyRun.task).where(DailyRun.school_id == importer.school.id))
        assert sorted(ran) == sorted(task.name for task in DAILY_TASKS) == ["audit", "figures", "licences"]


def test_one_sweep_that_fails_says_so(env: dict[str, str], tmp_path: Path) -> None:
    done = _sweep_once(env | {"DATABASE_URL": f"postgresql+psycopg://nobody@/none?host={tmp_path}"})
    assert done.returncode == 1
    assert "sweep_imports failed with OperationalError" in done.stderr


def test_a_worker_ends_when_told_to_also_while_redis_is_away(redis: RedisServer, worker: Child) -> None:
    _eventually(_logs(worker, "Listening"), worker)
    redis.stop()
    worker.process.send_signal(signal.SIGTERM)
    assert worker.process.wait(timeout=PATIENCE) in (0, 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_sweeper_ends_when_told_to(sweeper: Child, number: signal.Signals) -> None:
    _eventually(_logs(sweeper, "sweeping"), sweeper)
    sweeper.process.send_signal(number)
    assert sweeper.process.wait(timeout=PATIENCE) == 0
    assert "the sweeper ends" in sweeper.last_line()


def test_a_sweeper_chains_audit_rows_and_logs_an_anchor_that_verify_accepts(
    importer: Importer, request: pytest.FixtureRequest
) -> None:
    importer.start(sheet_of(plain_rows(importer.school)))
    sweeper: Child = request.getfixturevalue("sweeper")
    _eventually(_logs(sweeper, "anchor mingde:"), sweeper)
    run = current_app.test_cli_runner().invoke
    done = run(args=["audit", "verify", "--school", "mingde", "--anchors", str(sweeper.log)])
    assert done.exit_code == 0, done.output
    assert done.output.endswith("1 anchors hold\n")
