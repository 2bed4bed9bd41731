"""The running product: gunicorn, a real worker and a real sweeper in their own processes, on the test servers.

The running server has its own database, so that its sweeper never picks up rows of other tests.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from deploy.local.processes import Child, free_port
from deploy.local.servers import Redis
from deploy.local.stack import start_sweeper, start_web, start_worker, wait_for_web
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.app import build_app, make_settings
from tests.support.servers import TestCluster

DATABASE = "spoc_live"
REDIS_DATABASE = 1
_PROCESSES = (start_web, start_worker, start_sweeper)


@dataclass(frozen=True)
class LiveServer:
    """A running installation, and an application of this process on the same database and Redis."""

    app: Flask
    port: int
    web: Child
    worker: Child
    env: dict[str, str]

    def url(self, school: SchoolInfo | None = None, path: str = "/") -> str:
        """An address of a school's host; of the apex without one."""
        host = "localhost" if school is None or school.is_alliance else f"{school.slug}.localhost"
        return f"http://{host}:{self.port}{path}"


@pytest.fixture(scope="session")
def live_server(
    pg_cluster: TestCluster, redis_server: Redis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """One running installation for all tests that need one; each test makes the schools it needs."""
    database = pg_cluster.create(DATABASE)
    port = free_port()
    mails = tmp_path_factory.mktemp("mail")
    settings = make_settings(database, redis_server.url(REDIS_DATABASE), port=port, mail_folder=mails)
    app = build_app(settings)
    env = os.environ | {
        "SPOC_ENV": settings.env,
        "BASE_DOMAIN": settings.base_domain,
        "PORT": str(port),
        "SECRET_KEY": settings.secret_key,
        "VAULT_KEY": base64.b64encode(settings.vault_key).decode(),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "CAPTCHA": "off",
        "WEB_CONCURRENCY": "1",
        "MAIL_FOLDER": str(mails),
        "MAIL_FROM": settings.mail_from,
    }
    logs: Path = tmp_path_factory.mktemp("live")
    with ExitStack() as running:
        running.callback(_disconnect, app)
        web, worker, _ = (_started(running, start, env, logs) for start in _PROCESSES)
        wait_for_web(web, env)
        yield LiveServer(app, port, web, worker, env)


def _disconnect(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def _started(
    running: ExitStack, start: Callable[[Mapping[str, str], Path], Child], env: Mapping[str, str], logs: Path
) -> Child:
    child = start(env, logs)
    running.callback(child.stop)
    return child
