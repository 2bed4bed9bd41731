"""A database, a Redis, workers and a sweeper of a single run, which may all be killed."""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from flask import Flask

from deploy.local import database, places
from deploy.local.processes import Child
from deploy.local.servers import Postgres, Redis
from deploy.local.stack import start_sweeper, start_worker
from tenants.db import db
from tests.support.app import build_app, make_settings
from tests.support.installation import environment
from tests.support.servers import TEMPLATE, TestCluster, TestDatabase


@dataclass
class Installation:
    """What is killed, and what starts it again."""

    app: Flask
    redis: Redis
    env: dict[str, str]
    logs: Path
    workers: list[Child] = field(default_factory=list)
    sweeper: Child | None = None

    def keep_running(self, count: int) -> None:
        """Start as many workers as are missing, and the sweeper, as systemd would."""
        if self.sweeper is None or not self.sweeper.running:
            self.sweeper = start_sweeper(self.env, self.logs)
        self.workers = [worker for worker in self.workers if worker.running]
        while len(self.workers) < count:
            self.workers.append(start_worker(self.env, self.logs))

    def horses(self) -> list[psutil.Process]:
        """The forked processes that run a job at this moment."""
        found: list[psutil.Process] = []
        for worker in self.workers:
            try:
                found += psutil.Process(worker.process.pid).children()
            except psutil.NoSuchProcess:
                continue
        return found

    def kill_sweeper(self) -> None:
        """Kill the sweeper, whatever it does at this moment."""
        if self.sweeper is not None:
            self.sweeper.process.kill()
            self.sweeper.process.wait()

    def kill_redis(self) -> None:
        """Kill Redis; nothing of the queue is kept."""
        self.redis.child.process.kill()
        self.redis.child.process.wait()

    def stop(self) -> None:
        """Stop the workers, the sweeper and horses whose parent was killed."""
        for child in (*self.workers, *filter(None, [self.sweeper])):
            child.stop()
        marker = self.env["REDIS_URL"]
        for process in psutil.process_iter(["pid", "environ"]):
            if process.pid != os.getpid() and (process.info["environ"] or {}).get("REDIS_URL") == marker:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGKILL)


@contextmanager
def installation(test_database: TestDatabase, folder: Path) -> Iterator[Installation]:
    """An application on this database with a Redis that forgets when it is killed."""
    redis = Redis(folder, durable=False)
    redis.start()
    settings = make_settings(test_database, redis.url())
    app = build_app(settings)
    logs = folder / "logs"
    logs.mkdir()
    found = Installation(app, redis, os.environ | environment(settings), logs)
    try:
        yield found
    finally:
        found.stop()
        redis.stop()
        with app.app_context():
            db.engine.dispose()


@contextmanager
def cluster(folder: Path) -> Iterator[TestCluster]:
    """A PostgreSQL of this run's own, with a migrated template."""
    postgres = Postgres(folder, password=secrets.token_urlsafe(), durable=False)
    postgres.start()
    try:
        made = TestCluster(postgres, secrets.token_urlsafe(), secrets.token_urlsafe())
        database.ensure_role(postgres.url(), database.OWNER_ROLE, made.owner_password)
        database.ensure_role(postgres.url(), database.APP_ROLE, made.app_password)
        template = made.create(TEMPLATE, template="template1")
        database.migrate(template.owner_url)
        yield made
    finally:
        postgres.stop()


def scratch() -> Path:
    """A folder that the database's account can reach; the caller removes it."""
    return places.scratch_folder("spoc-kills-")
