"""The sweeper process, which does the work that is due every few seconds, however long jobs take.

It is not a job, because jobs wait for the jobs before them, and not a part of the worker, which does nothing else
while it watches a job. Any number of sweepers may run, because each of them locks the rows that it takes.
"""

from __future__ import annotations

import logging
import signal

from workers.schedule import sweep

log = logging.getLogger(__name__)

#: Seconds between two sweeps.
SWEEP_SECONDS = 5
STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT})


def sweep_until_stopped() -> None:
    """Sweep every ``SWEEP_SECONDS`` until SIGTERM or SIGINT; the current sweep then finishes."""
    # a blocked signal stays pending: it does not interrupt a sweep, and ``sigtimedwait`` cannot miss it
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    log.info("sweeping every %s seconds", SWEEP_SECONDS)
    sweep()
    while signal.sigtimedwait(STOP_SIGNALS, SWEEP_SECONDS) is None:
        sweep()
    log.info("the sweeper ends")
