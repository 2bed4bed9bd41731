"""The installation of a run: its own servers, durable as in production, with the demo's data."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import database, places
from deploy.local.processes import free_port
from deploy.local.servers import Postgres, Redis
from deploy.local.stack import run_flask

SCHOOL = "mingde"


@dataclass(frozen=True)
class Installation:
    """The environment of a run's processes, and the address of the database's superuser."""

    folder: Path
    env: Mapping[str, str]
    admin_url: str


@contextmanager
def installation() -> Iterator[Installation]:
    """Start the servers, migrate and seed; at the end stop and remove everything."""
    folder = places.scratch_folder("spoc-bench-")
    postgres, redis = Postgres(folder, password=secrets.token_urlsafe()), Redis(folder)
    try:
        postgres.start()
        redis.start()
        urls: dict[str, str] = {}
        for role in (database.OWNER_ROLE, database.APP_ROLE):
            password = secrets.token_urlsafe()
            database.ensure_role(postgres.url(), role, password)
            urls[role] = postgres.url("spoc", user=role, password=password)
        database.ensure_database(postgres.url(), "spoc", database.OWNER_ROLE)
        database.migrate(urls[database.OWNER_ROLE])
        env = os.environ | {
            "SPOC_ENV": "demo",
            "BASE_DOMAIN": "localhost",
            "PORT": str(free_port()),
            "SECRET_KEY": secrets.token_urlsafe(),
            "VAULT_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "DATABASE_URL": urls[database.APP_ROLE],
            "DATABASE_OWNER_URL": urls[database.OWNER_ROLE],
            "REDIS_URL": redis.url(),
            "CAPTCHA": "off",
        }
        run_flask(env, "demo", "seed")
        yield Installation(folder, env, postgres.url("spoc"))
    finally:
        redis.stop()
        postgres.stop()
        shutil.rmtree(folder)
