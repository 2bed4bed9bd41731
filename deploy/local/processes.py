"""Child processes that cannot outlive the process that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.report import LocalError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent(parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


@dataclass(frozen=True)
class Child:
    """A child process with its display name and the file of its output."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def last_line(self) -> str:
        """Return the last line of its output, for error messages."""
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip()[:300] if lines else ""

    def stop(self, timeout: float = 30) -> None:
        """Ask the process to end, wait up to `timeout` seconds, then kill it and its remaining descendants."""
        descendants = _descendants(self.process.pid)
        if self.running:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for orphan in psutil.wait_procs(descendants, timeout=2)[1]:
            orphan.kill()


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def spawn(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start a process in a session of its own, with its output appended to `log`.

    The session keeps Ctrl-C in the terminal from reaching the process too early. On Linux the kernel sends it
    `stop_signal` when this process dies, whatever the cause.

    Args:
        user: the account that it runs as (only for root).
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            preexec_fn=_die_with_parent(os.getpid(), stop_signal),  # noqa: PLW1509 (one thread, nothing to deadlock)
        )
    return Child(name, process, log, stop_signal)


def wait_until(ready: Callable[[], bool], child: Child, *, timeout: float) -> None:
    """Poll `ready` until it is true.

    Raises:
        LocalError: the process ended, or `timeout` seconds passed.
    """
    deadline = time.monotonic() + timeout
    while not ready():
        if not child.running:
            raise LocalError(
                f"{child.name} 没有启动成功:{child.last_line()}",
                f"{child.name} did not start (exit code {child.process.returncode}), log: {child.log}",
            )
        if time.monotonic() > deadline:
            raise LocalError(
                f"{child.name} 在 {timeout:.0f} 秒内没有就绪",
                f"{child.name} was not ready within {timeout:.0f} seconds, log: {child.log}",
            )
        time.sleep(0.05)


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether a server can listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1") -> int:
    """Return a TCP port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
    return port
