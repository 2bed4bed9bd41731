"""`make run` from the outside: one line for every failure, and no remains at the end."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from deploy.local import database, places
from deploy.local.processes import free_port
from deploy.local.servers import SUPERUSER, Postgres, Redis
from tests.support.waiting import PATIENCE, eventually

READY = "Ctrl-C"


def environment(port: int, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    return clean | {"PORT": str(port)} | more


def command(checkout: Path) -> list[str]:
    return [str(checkout / ".venv/bin/python"), "-m", "deploy.local.run"]


def run_to_its_end(checkout: Path, **env: str) -> subprocess.CompletedProcess[str]:
    port = int(env.pop("PORT", free_port()))
    return subprocess.run(
        command(checkout), cwd=checkout, env=environment(port, **env), capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


@contextmanager
def running(
    checkout: Path, port: int, **env: str
) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """The demo, ready, with all processes below its supervisor."""
    with subprocess.Popen(
        command(checkout), cwd=checkout, env=environment(port, **env), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as supervisor:  # fmt: skip
        assert supervisor.stdout is not None
        said = []
        for line in supervisor.stdout:
            said.append(line)
            if READY in line:
                break
        else:
            pytest.fail("".join(said))
        rest = threading.Thread(target=supervisor.stdout.read)
        rest.start()
        try:
            yield supervisor, psutil.Process(supervisor.pid).children(recursive=True)
        finally:
            if supervisor.poll() is None:
                supervisor.send_signal(signal.SIGINT)
            supervisor.wait(PATIENCE)
            rest.join()


def get(port: int, path: str, host: str = "localhost") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    status = connection.getresponse().status
    connection.close()
    return status


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The only line on stderr of a run that failed."""
    assert done.returncode != 0
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_port_that_is_taken_is_one_line(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = one_line(run_to_its_end(checkout, PORT=str(port)))
    assert f"端口 {port} 已被占用" in line
    assert f"port {port} is taken" in line


def test_a_port_that_is_no_number_is_one_line(checkout: Path) -> None:
    done = subprocess.run(
        command(checkout), cwd=checkout, env=environment(1) | {"PORT": "http"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "PORT=http" in one_line(done)


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password(checkout: Path) -> None:
    line = one_line(run_to_its_end(checkout, DATABASE_URL="postgresql://me:hush@127.0.0.1:1/spoc"))
    assert "连接不上数据库" in line
    assert "hush" not in line


def test_a_redis_that_cannot_be_reached_is_one_line_and_stops_what_was_started(checkout: Path) -> None:
    line = one_line(run_to_its_end(checkout, REDIS_URL="redis://127.0.0.1:1/0"))
    assert "Redis" in line
    assert not (checkout / "var/data/postgres/postmaster.pid").exists()


def _runs(process: psutil.Process, command: str) -> bool:
    try:
        return command in process.cmdline()
    except psutil.NoSuchProcess:  # also a zombie, whose words are gone
        return False


@pytest.mark.slow
def test_the_demo_starts_stops_and_starts_again_with_its_data(checkout: Path) -> None:
    port = free_port()
    with running(checkout, port) as (supervisor, below):
        assert get(port, "/readyz") == 200
        assert get(port, "/") == 200
        assert get(port, "/", "mingde.localhost") == 200
        second = run_to_its_end(checkout, PORT=str(free_port()))
        assert "另一个终端" in one_line(second)
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(PATIENCE) == 0
        assert psutil.wait_procs(below, timeout=PATIENCE)[1] == []
    with running(checkout, port) as (supervisor, below):
        assert get(port, "/", "mingde.localhost") == 200
        above = psutil.Process(supervisor.pid)
        for name in ("worker", "sweeper"):
            (killed,) = (child for child in below if _runs(child, name))
            killed.kill()
            eventually(
                lambda name=name, killed=killed: any(  # type: ignore[misc]
                    _runs(child, name) and child.pid != killed.pid for child in above.children()
                )
            )
        every = above.children(recursive=True)
        supervisor.kill()
        assert psutil.wait_procs(every, timeout=PATIENCE)[1] == []


@pytest.mark.slow
def test_given_servers_take_the_place_of_the_embedded_ones(checkout: Path, redis_server: Redis) -> None:
    folder = places.scratch_folder("spoc-given-")
    given = Postgres(folder, password="admin", durable=False)
    given.start()
    try:
        database.ensure_database(given.url(), "alliance", SUPERUSER)
        port = free_port()
        env = {"DATABASE_URL": given.url("alliance"), "REDIS_URL": redis_server.url(7)}
        with running(checkout, port, **env):
            assert get(port, "/readyz") == 200
            assert not (checkout / "var/data").exists()
    finally:
        given.stop()
        shutil.rmtree(folder)
