"""Web server, worker and sweeper as child processes, for the demo, the browser tests and the benchmarks."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.local.database import PROJECT
from deploy.local.processes import Child, spawn, wait_until
from deploy.local.report import LocalError


def start_web(env: Mapping[str, str], logs: Path) -> Child:
    """Start gunicorn on 127.0.0.1 at `env["PORT"]`.

    Args:
        env: the whole environment, with all settings of the application.
        logs: the folder for `web.log`.
    """
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "wsgi:app"]
    return spawn("gunicorn", command, log=logs / "web.log", env=env, cwd=PROJECT)


def start_worker(env: Mapping[str, str], logs: Path) -> Child:
    """Start an RQ worker; `logs` is the folder for `worker.log`."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    return spawn("RQ worker", command, log=logs / "worker.log", env=env, cwd=PROJECT)


def start_sweeper(env: Mapping[str, str], logs: Path) -> Child:
    """Start a sweeper; `logs` is the folder for `sweeper.log`."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sweeper"]
    return spawn("sweeper", command, log=logs / "sweeper.log", env=env, cwd=PROJECT)


def wait_for_web(web: Child, env: Mapping[str, str], *, timeout: float = 60) -> None:
    """Wait until `/readyz` responds with 200.

    Raises:
        LocalError: gunicorn ended, or `timeout` seconds passed.
    """
    port, domain = int(env["PORT"]), env["BASE_DOMAIN"]
    wait_until(lambda: _answers_ready(port, domain), web, timeout=timeout)


def _answers_ready(port: int, domain: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": f"{domain}:{port}"})
        response = connection.getresponse()
        json.load(response)
    except (OSError, ValueError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return response.status == http.HTTPStatus.OK


def run_flask(env: Mapping[str, str], *arguments: str) -> str:
    """Run a `flask` command and return its output.

    Raises:
        LocalError: the command failed.
    """
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    done = subprocess.run(command, cwd=PROJECT, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        name = " ".join(arguments)
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["?"]
        raise LocalError(f"flask {name} 没有成功:{lines[-1][:300]}", f"flask {name} failed")
    return done.stdout
