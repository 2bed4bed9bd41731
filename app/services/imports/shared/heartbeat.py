"""The heartbeat of a run, from a thread beside it, and the handling of a run that ends in an error."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from app.errors import msg
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.imports.shared.lease import Run, Superseded, beat, fail

log = logging.getLogger(__name__)

#: Seconds between two heartbeats.
INTERVAL = 2.0

#: Receives the progress of a run: done and total.
Progress = Callable[[int, int], None]

_BROKEN = msg("服务器处理时出错，没有写入任何数据，请重试；仍然如此请联系平台管理员")


class Heartbeat:
    """Sends heartbeats while the run reads a file or waits for the database; reports its progress to the person."""

    def __init__(self, units: UnitOfWorkFactory, run: Run, progress: Progress | None) -> None:
        self.done = 0
        self.total = 0
        self._progress = progress
        self._units = units
        self._run = run
        self._lost = threading.Event()
        self._stop = threading.Event()
        # The thread gets a copy of the context: the database handle looks for its application there.
        self._thread = threading.Thread(
            target=contextvars.copy_context().run, args=(self._beat,), daemon=True
        )

    def show(self, done: int, total: int) -> None:
        """Note the progress of the run.

        Raises:
            Superseded: another run has taken over; this run need not go on.
        """
        self.done, self.total = done, total
        if self._progress is not None:
            self._progress(done, total)
        if self._lost.is_set():
            raise Superseded

    def start(self) -> None:
        """Start the heartbeat."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait for the last heartbeat."""
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(INTERVAL):
            try:
                with self._units() as ctx:
                    alive = beat(ctx, self._run, self.done, self.total)
            except OperationalError:
                log.warning("import %s: a heartbeat was lost", self._run.import_id)
                continue
            if not alive:
                self._lost.set()
                return


@contextmanager
def keep_alive(units: UnitOfWorkFactory, run: Run, progress: Progress | None = None) -> Iterator[Heartbeat]:
    """Keep the lease of a run alive while the work is done inside.

    A run that another one has taken over ends quietly. When the database goes away the outbox brings the import back.
    Any other error is a mistake of the program: the import fails, and the error is raised for the log.
    """
    pulse = Heartbeat(units, run, progress)
    pulse.start()
    try:
        yield pulse
    except Superseded:
        log.info("import %s: run %s gives way", run.import_id, run.epoch)
    except OperationalError:
        raise
    except Exception:
        with units() as ctx:
            fail(ctx, run, _BROKEN)
        raise
    finally:
        pulse.stop()
