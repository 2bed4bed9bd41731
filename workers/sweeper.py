"""The sweeper process: does what is due every few seconds, however long the workers' jobs take.

It is not a job, because a job waits behind the jobs before it, and not a part of the worker, which does nothing else
while it watches a job. Any number of sweepers may run: each row that is due is taken under a lock.
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
    """Sweep every ``SWEEP_SECONDS``; SIGTERM or SIGINT let the sweep at hand finish and end the loop."""
    # A blocked signal stays pending: it does not cut off a sweep, and ``sigtimedwait`` cannot miss it.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    log.info("sweeping every %s seconds", SWEEP_SECONDS)
    sweep()
    while signal.sigtimedwait(STOP_SIGNALS, SWEEP_SECONDS) is None:
        sweep()
    log.info("the sweeper ends")
