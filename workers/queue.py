"""The queue, restricted to JSON with ids and scalars and to a single function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from rq import Queue
from rq.job import Job

from app.jobs import JobName
from workers.dispatch import run_job

QUEUE = "spoc"
#: The queue of mails, after all other jobs, so that a mail server that does not reply never delays an import.
MAIL_QUEUE = "spoc-mail"
ENTRY_POINT = f"{run_job.__module__}.{run_job.__name__}"

#: Seconds that a job may run; the import's own limits end it long before.
JOB_SECONDS = 600
#: Seconds for which a request waits for the queue after its commit; the sweeper sends jobs that fail.
PATIENCE_SECONDS = 2
#: Seconds for which Redis keeps the name of a failed job and the type of its error.
FAILURE_SECONDS = 3600


class JobRefused(Exception):
    """Raised when a job in the queue does not call the entry point."""


class EntryPointJob(Job):
    """A job that can only call ``run_job``, whatever its data in Redis name.

    RQ imports and runs any function that is named in Redis, also as a callback. Without this class, write access to
    Redis would be enough to run any code.
    """

    @property
    def func(self) -> Callable[..., Any]:
        """The entry point.

        Raises:
            JobRefused: the job names another function, or a method.
        """
        if self.func_name != ENTRY_POINT or self.instance is not None:
            raise JobRefused(self.id)
        return run_job

    def restore(self, raw_data: Any) -> Any:
        """Read a job without the callbacks and webhooks, which could call other code."""
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []


def make_connection(url: str, *, patience: float = 5) -> Redis:
    """Return a connection that fails fast when Redis is away.

    A connection that was closed since its last use is opened once more. A request to which Redis does not respond is
    not repeated.

    Args:
        patience: the timeout for a response, in seconds.
    """
    once_more = Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))
    return Redis.from_url(url, socket_timeout=patience, socket_connect_timeout=2, retry=once_more)


def make_queue(connection: Redis, name: str = QUEUE) -> Queue:
    """Return one of the two queues on a connection."""
    return Queue(name, connection=connection, serializer="json", job_class=EntryPointJob)


class RqEnqueue:
    """An ``app.jobs.Enqueue`` that sends jobs through RQ."""

    def __init__(self, url: str) -> None:
        self._connection = make_connection(url, patience=PATIENCE_SECONDS)
        self._queue = make_queue(self._connection)
        self._mails = make_queue(self._connection, MAIL_QUEUE)

    def __call__(self, name: JobName, school_id: int, payload: Mapping[str, int | str]) -> None:
        """Put the job into the queue.

        Raises:
            redis.RedisError: Redis is away; the job also has a row in an outbox, so the sweeper will send it.
        """
        queue = self._mails if name in (JobName.SEND_MAIL, JobName.WAKE_MAILS) else self._queue
        with self._connection.pipeline() as pipeline:
            queue.enqueue_call(
                ENTRY_POINT,
                args=(name.value, school_id, dict(payload)),
                timeout=JOB_SECONDS,
                result_ttl=0,
                failure_ttl=FAILURE_SECONDS,
                description=name.value,
                pipeline=pipeline,
            )
            pipeline.execute()
