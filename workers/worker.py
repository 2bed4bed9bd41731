"""The worker process: RQ's own worker on the two queues, restricted to the entry point."""

from __future__ import annotations

from typing import Any

from redis import Redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry
from rq import Worker

from workers.queue import MAIL_QUEUE, EntryPointJob, make_queue

#: Seconds for which Redis may be away, for instance to restart, before RQ gives up on a job that it watches.
REDIS_AWAY_SECONDS = 9
#: RQ waits for a job 15 seconds less than this, and for any answer of Redis 10 seconds longer than for a job.
WORKER_TTL = 20
#: The longest pause, in seconds, between the attempts of an idle worker to reconnect to Redis.
LONGEST_PAUSE = 2.0


def make_worker(redis_url: str) -> Worker:
    """Return a worker with a connection of its own.

    Raises:
        RedisError: Redis is away.
    """
    connection = Redis.from_url(redis_url, retry=Retry(ConstantBackoff(1), REDIS_AWAY_SECONDS))
    options: dict[str, Any] = {
        "connection": connection,
        "job_class": EntryPointJob,
        "serializer": "json",
        "worker_ttl": WORKER_TTL,
        "default_result_ttl": 0,
        "log_job_description": False,
    }
    # the order matters: a mail is taken when nothing else waits
    worker = Worker([make_queue(connection), make_queue(connection, MAIL_QUEUE)], **options)
    worker.max_connection_wait_time = LONGEST_PAUSE
    return worker


def work(redis_url: str, *, burst: bool = False) -> None:
    """Run jobs until stopped, each in a forked process.

    An idle worker waits until Redis is back. A worker that loses Redis while it watches a job ends after the retries of
    its connection; the supervisor starts another one, and the outbox still has the lost jobs.

    Args:
        burst: whether to end when the queues are empty.

    Raises:
        RedisError: Redis is away when the worker starts or ends.
    """
    make_worker(redis_url).work(burst=burst)
