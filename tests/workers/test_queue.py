"""The permitted entries of the queue, and their handling."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from rq import Queue
from rq.job import Job
from sqlalchemy import func, select

from app.context import Context
from app.errors import msg
from app.jobs import JobName
from app.models import MailOutbox, User
from app.services.messages.notices import News, notify_many
from app.uow import unit_of_work
from deploy.local.servers import Redis as RedisServer
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import Sent, build_app, insert_school, make_settings, school_info
from tests.support.installation import environment
from tests.support.rosters import Importer, plain_rows, sheet_of
from tests.support.servers import TestDatabase
from tests.support.waiting import PATIENCE
from workers.dispatch import JobFailed, run_job
from workers.handlers import HANDLERS
from workers.queue import (
    ENTRY_POINT,
    QUEUE,
    EntryPointJob,
    JobRefused,
    RqEnqueue,
    make_connection,
    make_queue,
)

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def redis(start_redis: Callable[[], RedisServer]) -> tuple[str, Redis]:
    """A Redis of the test's own: its address and a connection."""
    url = start_redis().url()
    return url, make_connection(url)


def _fetched(connection: Redis, **values: Any) -> EntryPointJob:
    """A job as a stranger with access to Redis could write it."""
    job = Job.create(values.pop("func", ENTRY_POINT), connection=connection, serializer="json", **values)
    job.save()
    return EntryPointJob.fetch(job.id, connection=connection, serializer="json")  # type: ignore[return-value]


def test_every_job_has_one_handler() -> None:
    assert set(HANDLERS) == set(JobName)


@pytest.mark.parametrize(
    "name", ["os.system", "builtins.eval", "workers.dispatch.log_error", "app.uow.unit_of_work"]
)
def test_another_function_is_refused(redis: tuple[str, Redis], name: str) -> None:
    with pytest.raises(JobRefused):
        _ = _fetched(redis[1], func=name, args=("true",)).func


def test_callbacks_and_webhooks_are_left_out(redis: tuple[str, Redis]) -> None:
    job = _fetched(redis[1], args=("check_import", 1, {}))
    redis[1].hset(
        job.key,
        mapping={
            "success_callback_name": "os.system",
            "failure_callback_name": "os.system",
            "stopped_callback_name": "os.system",
            "webhooks": json.dumps([{"url": "http://localhost/", "job_status": "failed"}]),
        },
    )
    again = EntryPointJob.fetch(job.id, connection=redis[1], serializer="json")
    assert (again.success_callback, again.failure_callback, again.stopped_callback) == (None, None, None)
    assert again.webhooks == []
    assert again.func is run_job


def test_a_job_carries_ids_and_nothing_else(redis: tuple[str, Redis]) -> None:
    RqEnqueue(redis[0])(JobName.CHECK_IMPORT, 7, {"import_id": 42})
    (job_id,) = make_queue(redis[1]).job_ids
    job = EntryPointJob.fetch(job_id, connection=redis[1], serializer="json")
    assert (job.func_name, job.args, job.kwargs) == (ENTRY_POINT, ["check_import", 7, {"import_id": 42}], {})


def test_an_error_leaves_its_text_out_of_redis(
    app_context: Flask, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = "110105" + "199001010010"

    def broken(*_: object, **__: object) -> None:
        raise ValueError(secret)

    monkeypatch.setitem(HANDLERS, JobName.CHECK_IMPORT, broken)
    with pytest.raises(JobFailed) as failed:
        run_job("check_import", school.id, {"import_id": 1})
    assert str(failed.value) == "check_import: ValueError"
    assert failed.value.__suppress_context__
    assert secret not in caplog.text
    assert "ValueError" in caplog.text


def test_a_job_of_a_school_that_is_not_there_is_dropped(
    app_context: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    handled: list[object] = []
    monkeypatch.setitem(HANDLERS, JobName.CHECK_IMPORT, lambda units, **_: handled.append(units))
    run_job("check_import", 2**40, {"import_id": 1})
    assert handled == []
    assert f"names a school that does not exist: {2**40}" in caplog.text


class Silent:
    """A server that takes connections and never answers."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """As ``REDIS_URL``."""
        return f"redis://127.0.0.1:{self._server.getsockname()[1]}"

    def stop(self) -> None:
        """Close everything."""
        for one in (self._server, *self.connections):
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self.connections.append(self._server.accept()[0])


@pytest.fixture
def silent() -> Iterator[Silent]:
    """A Redis that hangs."""
    server = Silent()
    yield server
    server.stop()


def test_a_queue_that_hangs_is_asked_once_after_a_commit(
    silent: Silent,
    school: SchoolInfo,
    make_ctx: Callable[..., Context],
    make_user: Callable[..., User],
    caplog: pytest.LogCaptureFixture,
) -> None:
    people = [make_user(school, email=f"s{number}@example.com").id for number in range(20)]
    ctx = replace(make_ctx(school), enqueue=RqEnqueue(silent.url))
    with unit_of_work(ctx):
        notify_many(ctx, [News(people, msg("题目"), msg("正文"))])
        ctx.send_later(JobName.CHECK_IMPORT, import_id=1)
        ctx.send_later(JobName.CHECK_IMPORT, import_id=2)
    assert len(silent.connections) == 1
    assert "were not sent; the sweeper will" in caplog.text
    with school_scope(school.id) as session:
        waiting = select(func.count()).where(MailOutbox.school_id == school.id)
        assert session.scalar(waiting) == 20


def test_a_connection_that_was_closed_meanwhile_is_opened_again(redis: tuple[str, Redis]) -> None:
    send = RqEnqueue(redis[0])
    send(JobName.CHECK_IMPORT, 1, {"import_id": 1})
    redis[1].execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    send(JobName.CHECK_IMPORT, 1, {"import_id": 2})
    assert len(make_queue(redis[1]).job_ids) == 2


def test_redis_away_is_said_within_seconds(tmp_path: Path) -> None:
    send = RqEnqueue(f"unix://{tmp_path}/none.sock")
    with pytest.raises(RedisConnectionError):
        send(JobName.CHECK_IMPORT, 1, {"import_id": 1})


def test_a_worker_runs_our_jobs_and_no_others(
    fresh_database: TestDatabase, redis: tuple[str, Redis], tmp_path: Path
) -> None:
    settings = make_settings(fresh_database, redis[0])
    flask_app = build_app(settings)
    with flask_app.app_context():
        school = school_info(insert_school(1, slug="mingde", unit_code="10001", name="明德医科大学"))
        importer = Importer(school, Sent())
        import_id = importer.start(sheet_of(plain_rows(school)))
    hole = tmp_path / "hole"
    strangers = Queue(QUEUE, connection=redis[1], serializer="json")
    strangers.enqueue_call("os.system", args=(f"touch {hole}",))
    strangers.enqueue_call("builtins.open", args=(str(hole), "w"))
    flask_app.extensions["spoc_enqueue"](JobName.CHECK_IMPORT, school.id, {"import_id": import_id})
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--burst"],
        cwd=PROJECT,
        env=os.environ | environment(settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "JobRefused" in done.stderr
    assert not hole.exists()
    with flask_app.app_context():
        assert importer.read(import_id).state == "checked"
        db.engine.dispose()
