"""The embedded servers are real and private, and leave the machine unchanged."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
import redis

from deploy.local import database, places
from deploy.local.report import LocalError
from deploy.local.servers import Postgres, Redis, _installed_postgres
from tests.support.servers import TestCluster
from tests.support.waiting import PATIENCE

PROJECT = Path(__file__).resolve().parents[2]


def test_the_application_role_owns_nothing_and_cannot_bypass_row_level_security(
    pg_bare_cluster: TestCluster,
) -> None:
    with database.connect(pg_bare_cluster.postgres.url()) as connection:
        powers = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin"
            " FROM pg_roles WHERE rolname = 'spoc_app'"
        ).fetchone()
    assert powers == (False, False, False, False, False, True)


def test_a_role_that_bypasses_row_level_security_is_refused(pg_bare_cluster: TestCluster) -> None:
    url = pg_bare_cluster.postgres.url()
    with database.connect(url) as connection:
        connection.execute("CREATE ROLE mighty BYPASSRLS")
    with pytest.raises(LocalError, match="mighty"):
        database.ensure_role(url, "mighty", "x")


def test_nobody_gets_in_without_a_password(pg_bare_cluster: TestCluster) -> None:
    with pytest.raises(LocalError):
        database.connect(pg_bare_cluster.postgres.url(user="postgres", password="wrong"))


def test_a_database_that_cannot_be_reached_is_one_line_without_the_password() -> None:
    with pytest.raises(LocalError) as caught:
        database.connect("postgresql+psycopg://someone:hush@127.0.0.1:1/spoc")
    assert "\n" not in str(caught.value)
    assert "hush" not in str(caught.value)


def test_servers_listen_on_no_network_port(pg_bare_cluster: TestCluster, redis_server: Redis) -> None:
    for child in (pg_bare_cluster.postgres.child, redis_server.child):
        listening = [
            c for c in psutil.Process(child.process.pid).net_connections("inet") if c.status == "LISTEN"
        ]
        assert listening == []


def test_redis_refuses_writes_rather_than_forgetting_jobs(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    client.close()


def test_a_killed_redis_comes_back_with_its_data(tmp_path: Path) -> None:
    server = Redis(tmp_path)
    server.start()
    client = redis.Redis.from_url(server.url())
    client.set("kept", "yes")
    client.execute_command("CONFIG", "SET", "appendfsync", "always")
    client.set("kept", "still")
    client.close()
    server.child.process.kill()
    server.child.process.wait()
    server.start()
    client = redis.Redis.from_url(server.url())
    assert client.get("kept") == b"still"
    client.close()
    server.stop()


def test_no_parent_folder_is_opened() -> None:
    """Project and programs lie in a closed home folder; its mode stays 700 (as root, by copying them out)."""
    home = places.scratch_folder("spoc-home-")
    store = places.scratch_folder("spoc-store-")
    home.chmod(0o700)
    try:
        installed = _installed_postgres()
        package = home / "venv" / installed.parent.name
        programs = package / installed.name
        shutil.copytree(installed, programs, symlinks=True)
        shutil.copytree(installed.parents[1] / f"{package.name}.libs", home / "venv" / f"{package.name}.libs")
        before = {
            path: stat.S_IMODE(path.stat().st_mode) for path in (home, home / "venv", package, programs)
        }
        assert not places.reachable(programs)
        project = home / "project"
        project.mkdir(mode=0o700)
        copy = places.reachable_programs(programs, store)
        assert (copy != programs) is places.as_root()
        data = places.data_folder(project, store)
        server = Postgres(data, password="x", durable=False, programs=copy)
        server.start()
        with database.connect(server.url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        server.stop()
        after = {path: stat.S_IMODE(path.stat().st_mode) for path in before}
        assert after == before
        assert stat.S_IMODE(project.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(home)
        shutil.rmtree(store)


def test_data_whose_keys_were_removed_are_removed_too(tmp_path: Path) -> None:
    project, store = tmp_path / "project", tmp_path / "store"
    project.mkdir()
    first = places.data_folder(project, store)
    (first / "old").touch()
    assert places.data_folder(project, store) == first
    assert (first / "old").exists()
    shutil.rmtree(project / "var")
    assert places.data_folder(project, store) == first
    assert not (first / "old").exists()


def test_servers_end_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import signal, sys
        from pathlib import Path
        from deploy.local import places
        from deploy.local.servers import Postgres, Redis
        folder = places.scratch_folder("spoc-killed-")
        postgres, redis = Postgres(folder, password="x", durable=False), Redis(folder)
        postgres.start(), redis.start()
        print(folder, postgres.child.process.pid, redis.child.process.pid, flush=True)
        signal.pause()
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        folder, *pids = supervisor.stdout.readline().split()
        children = [psutil.Process(int(pid)) for pid in pids]
        os.kill(supervisor.pid, signal.SIGKILL)
        _gone, alive = psutil.wait_procs(children, timeout=PATIENCE)
    shutil.rmtree(folder)
    assert alive == []


def test_a_server_that_cannot_start_says_so_in_one_line(tmp_path: Path) -> None:
    folder = places.scratch_folder("spoc-broken-")
    server = Postgres(folder, password="x", durable=False)
    server.start()
    server.stop()
    (server.data / "global" / "pg_control").write_bytes(b"broken")
    with pytest.raises(LocalError, match="PostgreSQL") as caught:
        server.start()
    shutil.rmtree(folder)
    assert "\n" not in str(caught.value)


def test_a_second_start_keeps_the_data() -> None:
    folder = places.scratch_folder("spoc-again-")
    server = Postgres(folder, password="a b/c@:%", durable=False)
    for _ in range(2):
        server.start()
        with database.connect(server.url()) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS kept (id int)")
            connection.execute("INSERT INTO kept VALUES (1)")
            count = connection.execute("SELECT count(*) FROM kept").fetchone()
        server.stop()
    shutil.rmtree(folder)
    assert count == (2,)


def test_the_account_of_the_database_is_made_by_one_process_at_a_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two runs that begin together on a bare machine once made it twice, and one of them lost its files."""
    commands: list[str] = []

    def make(command: list[str], **_: object) -> None:
        commands.append(command[0])
        other = os.open(tmp_path, os.O_RDONLY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            os.close(other)

    monkeypatch.setattr(places, "ACCOUNT", "nobody-has-this-name")
    monkeypatch.setattr(places, "as_root", lambda: True)
    monkeypatch.setattr(places.subprocess, "run", make)
    assert places.database_account(tmp_path) == "nobody-has-this-name"
    assert commands == ["useradd"]
    with places.locked(tmp_path):
        pass
