"""The only place that commits: one unit of work an entry point, jobs sent after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app.context import Context
from tenants.after_commit import failing_quietly
from tenants.db import GuardedSession


@contextmanager
def unit_of_work(ctx: Context) -> Iterator[Context]:
    """Run a use case: commit what it wrote, or nothing; then send the jobs it asked for, the same one once.

    Jobs that cannot be sent are only logged: the rows are the outbox, and the sweeper sends them again. After the first
    one the others are not tried: a queue that does not answer is waited for once, and not once a job.
    """
    session = ctx.session
    try:
        yield ctx
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        jobs = session.info.pop("jobs", [])
    once = {(name, school_id, tuple(payload.items())): payload for name, school_id, payload in jobs}
    for (name, school_id, _), payload in once.items():
        sent = False
        with failing_quietly(
            "job %s of school %s, and those after it, were not sent; the sweeper will", name, school_id
        ):
            ctx.enqueue(name, school_id, payload)
            sent = True
        if not sent:
            break


#: A savepoint -> how many jobs had been asked for when it began.
_jobs_before: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


@event.listens_for(GuardedSession, "after_transaction_create")
def _count_jobs(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _jobs_before[transaction] = len(session.info.get("jobs", ()))


@event.listens_for(GuardedSession, "after_soft_rollback")
def _forget_jobs(session: Session, transaction: SessionTransaction) -> None:
    # What a savepoint asked for goes with what it wrote.
    if transaction in _jobs_before:
        del session.info.get("jobs", [])[_jobs_before[transaction] :]
