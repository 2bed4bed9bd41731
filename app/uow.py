"""The unit of work, the only place that commits; it sends the jobs after the commit."""

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
    """Commit all changes of a use case or none, then send its jobs, without duplicates.

    A job that cannot be sent is only logged; it has a row in an outbox, and the sweeper sends it again. The jobs after
    it are skipped, so that a queue that does not respond costs one timeout and not one for each job.
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
    different = {(name, school_id, tuple(payload.items())): payload for name, school_id, payload in jobs}
    for (name, school_id, _), payload in different.items():
        sent = False
        with failing_quietly(
            "job %s of school %s, and those after it, were not sent; the sweeper will", name, school_id
        ):
            ctx.enqueue(name, school_id, payload)
            sent = True
        if not sent:
            break


#: For each savepoint, the number of jobs at its start.
_jobs_before: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()


@event.listens_for(GuardedSession, "after_transaction_create")
def _count_jobs(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        _jobs_before[transaction] = len(session.info.get("jobs", ()))


@event.listens_for(GuardedSession, "after_soft_rollback")
def _forget_jobs(session: Session, transaction: SessionTransaction) -> None:
    # rolling back a savepoint discards its jobs together with its rows
    if transaction in _jobs_before:
        del session.info.get("jobs", [])[_jobs_before[transaction] :]
