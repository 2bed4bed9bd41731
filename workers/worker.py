"""The worker process: RQ's worker, kept to our one function, surviving Redis, sweeping when idle."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.utils import now

from tenants.db import db
from workers.queue import MAIL_QUEUE, OurJob, make_connection, make_queue
from workers.schedule import SWEEP_SECONDS, sweep

log = logging.getLogger(__name__)

#: RQ waits for a job for the time to live less 15 seconds; so an idle worker comes round every five.
WORKER_TTL = 20
#: Seconds between RQ's own maintenance of its registries.
REGISTRY_SECONDS = 60
PAUSE_SECONDS = 1.0


class ImportWorker(Worker):
    """A worker that runs ``OurJob`` only and sweeps while it has nothing to do.

    The sweep runs in the idle loop and not in a thread: the horse is forked from this process, and a fork copies the
    locks that other threads hold. For the same reason there is no listening for RQ's remote commands.
    """

    job_class = OurJob
    max_connection_wait_time = 2.0
    stop_wanted = False
    last_cleaned_at: datetime | None  # type: ignore[assignment]
    _registries_cleaned_at: datetime | None = None

    def run_maintenance_tasks(self) -> None:
        """Called by RQ's loop, before the first job and then every ``SWEEP_SECONDS``."""
        cleaned = self._registries_cleaned_at
        if cleaned is None or now() - cleaned > timedelta(seconds=REGISTRY_SECONDS):
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
            self._registries_cleaned_at = now()
        self.last_cleaned_at = now()
        sweep()

    def subscribe(self) -> None:
        """No remote commands."""

    def unsubscribe(self) -> None:
        """No remote commands."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """SIGTERM or SIGINT: finish the job at hand, then end."""
        self.stop_wanted = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def maintain_heartbeats(self, job: Job, execution: Execution) -> None:
        """Tell Redis that the job goes on; while Redis is away the horse is waited for all the same."""
        try:
            super().maintain_heartbeats(job, execution)
        except RedisError:
            log.warning("redis is away; job %s goes on", job.id)

    def main_work_horse(self, job: Job, queue: Queue) -> None:
        """The forked horse: it must not use the parent's database connections."""
        db.engine.dispose(close=False)
        super().main_work_horse(job, queue)


def make_worker(redis_url: str) -> ImportWorker:
    """A worker on a connection of its own.

    Raises:
        RedisError: Redis is away.
    """
    connection = make_connection(redis_url)
    options: dict[str, Any] = {
        "connection": connection,
        "serializer": "json",
        "worker_ttl": WORKER_TTL,
        "job_monitoring_interval": SWEEP_SECONDS,
        "maintenance_interval": SWEEP_SECONDS,
        "default_result_ttl": 0,
        "log_job_description": False,
    }
    # In this order: a mail is taken when nothing else waits.
    return ImportWorker([make_queue(connection), make_queue(connection, MAIL_QUEUE)], **options)


def work(redis_url: str, *, burst: bool = False) -> None:
    """Work until told to stop; RQ's worker gives up when Redis goes away, so another takes its place.

    Args:
        burst: end when the queue is empty.
    """
    # RQ's signal handler stays after its worker has given up: a stop raises wherever it comes, in a pause, too.
    with suppress(StopRequested):
        _work(redis_url, burst=burst)


def _work(redis_url: str, *, burst: bool) -> None:
    worker: ImportWorker | None = None
    while worker is None or not worker.stop_wanted:
        try:
            if worker is not None:
                time.sleep(PAUSE_SECONDS)
            worker = make_worker(redis_url)
            worker.work(burst=burst)
            if burst:
                return
        except RedisError as error:
            if burst:
                raise
            log.warning("redis is away (%s); trying again", type(error).__name__)
            time.sleep(PAUSE_SECONDS)
