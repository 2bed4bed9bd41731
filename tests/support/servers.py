"""A fresh PostgreSQL cluster and a Redis for one test run.

Under pytest-xdist each worker process starts its own servers (half a second), so they share nothing.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import database, places
from deploy.local.servers import Postgres, Redis

TEMPLATE = "spoc_template"


@dataclass(frozen=True)
class TestDatabase:
    """One migrated database of the test cluster, as the three roles see it."""

    __test__ = False

    name: str
    admin_url: str
    owner_url: str
    app_url: str


@dataclass(frozen=True)
class TestCluster:
    """The test run's PostgreSQL with a migrated template to copy databases from."""

    __test__ = False

    postgres: Postgres
    owner_password: str
    app_password: str

    def database(self, name: str) -> TestDatabase:
        """The addresses of the database `name`."""
        return TestDatabase(
            name=name,
            admin_url=self.postgres.url(name),
            owner_url=self.postgres.url(name, user=database.OWNER_ROLE, password=self.owner_password),
            app_url=self.postgres.url(name, user=database.APP_ROLE, password=self.app_password),
        )

    def create(self, name: str, *, template: str = TEMPLATE) -> TestDatabase:
        """A new database, a copy of the migrated template."""
        database.ensure_database(self.postgres.url(), name, database.OWNER_ROLE, template=template)
        return self.database(name)

    def drop(self, name: str) -> None:
        """Remove a database, disconnecting whoever is in it."""
        database.drop_database(self.postgres.url(), name)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder for the servers of this run, removed at its end."""
    folder = places.scratch_folder("spoc-test-")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def pg_bare_cluster(server_folder: Path) -> Iterator[TestCluster]:
    """A fresh cluster with the two roles and no database of ours: for tests of the migrations themselves."""
    postgres = Postgres(server_folder, password=secrets.token_urlsafe(), durable=False)
    postgres.start()
    cluster = TestCluster(postgres, secrets.token_urlsafe(), secrets.token_urlsafe())
    database.ensure_role(postgres.url(), database.OWNER_ROLE, cluster.owner_password)
    database.ensure_role(postgres.url(), database.APP_ROLE, cluster.app_password)
    yield cluster
    postgres.stop()


@pytest.fixture(scope="session")
def pg_cluster(pg_bare_cluster: TestCluster) -> TestCluster:
    """The cluster with a template database that was migrated to head once."""
    template = pg_bare_cluster.create(TEMPLATE, template="template1")
    database.migrate(template.owner_url)
    return pg_bare_cluster


@pytest.fixture(scope="session")
def pg_database(pg_cluster: TestCluster) -> TestDatabase:
    """The database most tests share: whoever writes cleans up, or takes a `fresh_database` of its own."""
    return pg_cluster.create("spoc_test")


@pytest.fixture(scope="session")
def pg_admin_url(pg_database: TestDatabase) -> str:
    """The shared test database as superuser, for looking behind row-level security."""
    return pg_database.admin_url


@pytest.fixture(scope="session")
def pg_owner_url(pg_database: TestDatabase) -> str:
    """The shared test database as the role that owns the schema."""
    return pg_database.owner_url


@pytest.fixture(scope="session")
def pg_app_url(pg_database: TestDatabase) -> str:
    """The shared test database as the restricted role the application uses."""
    return pg_database.app_url


@pytest.fixture
def fresh_database(pg_cluster: TestCluster) -> Iterator[TestDatabase]:
    """A database of one test's own, a copy of the migrated template."""
    name = f"spoc_{secrets.token_hex(4)}"
    yield pg_cluster.create(name)
    pg_cluster.drop(name)


@pytest.fixture(scope="session")
def redis_server(server_folder: Path) -> Iterator[Redis]:
    """The test run's Redis; it keeps an append-only file, so a test may kill and start it again."""
    server = Redis(server_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_url(redis_server: Redis) -> str:
    """The address of the test run's Redis."""
    return redis_server.url()


@pytest.fixture(scope="session")
def start_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Redis]]:
    """Start a further Redis, for a test that kills its own; all are stopped at the end."""
    started: list[Redis] = []

    def start() -> Redis:
        server = Redis(tmp_path_factory.mktemp("redis"))
        server.start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
