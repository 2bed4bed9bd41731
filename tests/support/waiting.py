"""Waiting in tests: for a condition, never for a fixed time, with the same limit everywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.orm import Session

from deploy.local.processes import Child

#: Seconds until a wait gives up and its test fails. What is true ends the wait at once, so the number costs nothing;
#: it must suit the slowest background work on a machine with ten times the load.
PATIENCE = 60.0
#: The same for Playwright, which counts in milliseconds.
BROWSER_PATIENCE = PATIENCE * 1000
_PAUSE = 0.05


def eventually(true: Callable[[], object], *, by: Child | None = None) -> None:
    """Wait until something is true that another thread or process does.

    Args:
        true: asked every 50 ms.
        by: the process that is to do it; the wait ends with it.

    Raises:
        AssertionError: it did not happen.
    """
    pause = threading.Event()
    for _ in range(int(PATIENCE / _PAUSE)):
        if true():
            return
        assert by is None or by.running, by.last_line()
        pause.wait(_PAUSE)
    raise AssertionError(by.last_line() if by else "it did not happen")


def waits_for_a_lock(session: Session) -> bool:
    """Whether another transaction of this database waits for a lock that the session's transaction holds."""
    waiting = (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    return bool(session.connection().exec_driver_sql(waiting).scalar_one())


def repeat_until(done: Callable[[], bool]) -> None:
    """Call ``done`` every 50 ms until it says so; it must give up by itself."""
    pause = threading.Event()
    while not done():
        pause.wait(_PAUSE)
