"""Two concurrent acts, interleaved statement by statement, so that their locks meet in every order.

With a barrier at the beginning alone, it is left to chance whether two transactions cross. Here the second
act follows the first at a distance of so many statements; an act that waits in the database for the other's
lock is passed over until it continues.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any

from sqlalchemy import Engine, Select, event, text

from tenants.scope import set_school_setting

#: Seconds for which an act waits for the other's statement before it takes it to be waiting for a lock.
_PATIENCE = 0.15
#: Seconds after which acts that have not ended hang.
_LONGEST = 60.0


class Gate:
    """Rows that a third transaction holds, at which acts are stopped in the middle of a statement that takes many."""

    def __init__(self, engine: Engine, school_id: int, rows: Select[int]) -> None:
        self._watching = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._holding = engine.connect()
        set_school_setting(self._holding, school_id)
        self._holding.execute(rows.with_for_update())

    def open_when(self, running: Callable[[], int]) -> None:
        """Let go of the rows once as many sessions wait for a lock as acts are running."""
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        last, pause = time.monotonic() + _LONGEST, threading.Event()
        while self._watching.scalar(waiting) < running() and time.monotonic() < last:
            pause.wait(0.005)
        self._holding.close()
        self._watching.close()


class Lockstep:
    """Paces two threads by their statements.

    Args:
        lead: how many statements the first act is ahead.
    """

    def __init__(self, lead: int) -> None:
        self._ahead = (-lead, lead)
        self._turn = threading.Condition()
        self._numbers: dict[int, int] = {}
        self._done = [0, 0]
        self._ended = [False, False]
        self._passed_over = [False, False]

    def run(
        self, works: Sequence[Callable[[], object]], gate: Gate | None = None
    ) -> list[BaseException | None]:
        """Run two acts to their ends; gives what each has raised.

        Args:
            gate: opened as soon as each of the two waits or has ended.
        """
        raised: list[BaseException | None] = [None, None]

        def go(number: int) -> None:
            self._numbers[threading.get_ident()] = number
            start.wait(_LONGEST)
            try:
                works[number]()
            except Exception as error:
                raised[number] = error
            finally:
                with self._turn:
                    self._ended[number] = True
                    self._turn.notify_all()

        start = threading.Barrier(2)
        threads = [
            threading.Thread(target=copy_context().run, args=(go, number), daemon=True) for number in (0, 1)
        ]
        for thread in threads:
            thread.start()
        if gate is not None:
            gate.open_when(lambda: self._ended.count(False))
        for thread in threads:
            thread.join(_LONGEST)
        assert not any(thread.is_alive() for thread in threads), "they wait for each other"
        return raised

    def before(self) -> None:
        """A thread is about to execute a statement: wait until it is its turn."""
        mine = self._numbers.get(threading.get_ident())
        if mine is None:
            return
        other = 1 - mine
        with self._turn:
            due = self._done[mine] + self._ahead[mine]
            ready = self._turn.wait_for(
                lambda: self._ended[other] or self._passed_over[other] or self._done[other] >= due, _PATIENCE
            )
            if not ready:
                self._passed_over[other] = True

    def after(self) -> None:
        """A thread's statement was executed."""
        mine = self._numbers.get(threading.get_ident())
        if mine is not None:
            with self._turn:
                self._done[mine] += 1
                self._passed_over[mine] = False
                self._turn.notify_all()


@contextmanager
def in_lockstep(engine: Engine, lead: int = 0) -> Iterator[Lockstep]:
    """Pace the statements of an engine."""
    pace = Lockstep(lead)

    def before(*_: Any) -> None:
        pace.before()

    def after(*_: Any) -> None:
        pace.after()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    try:
        yield pace
    finally:
        event.remove(engine, "before_cursor_execute", before)
        event.remove(engine, "after_cursor_execute", after)
