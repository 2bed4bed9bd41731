"""The lease of an import: only one of two runs writes, and another run follows one that died.

The lease is timed by the database's clock and not by the context's: it is compared between machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Message, msg
from app.jobs import JobName
from app.models import ImportOutbox, RosterImport
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking

#: A run counts as dead after this time without a heartbeat.
STALE = timedelta(seconds=10)
#: Interruptions after which an import that kills its workers is given up.
MOST_INTERRUPTIONS = 30

_GIVEN_UP = msg("处理多次中断，没有写入任何数据，请重新上传；仍然如此请联系平台管理员")


class Superseded(Exception):
    """Another run has taken the import over, or a person has ended it; this run stops without writing."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job on an import; ``epoch`` distinguishes it from all others."""

    import_id: int
    epoch: int
    state: str


def send_job(ctx: Context, import_id: int, job: JobName) -> None:
    """Send a job for the import, and note in the outbox that it is to be sent again until a run has ended."""
    due_at = func.now() + STALE
    row = insert(ImportOutbox).values(
        school_id=ctx.school.id, import_id=import_id, job=job.value, due_at=due_at
    )
    ctx.session.execute(
        row.on_conflict_do_update(
            index_elements=["school_id", "import_id"], set_={"job": job.value, "due_at": due_at}
        )
    )
    ctx.send_later(job, import_id=import_id)


def claim(ctx: Context, import_id: int, *, waiting: str, working: str) -> Run | None:
    """Claim the import for a run of this process.

    Args:
        waiting: the state before any run.
        working: the state while runs work; the import of a run that died is taken over.

    Returns:
        ``None`` when there is nothing to do: done already, ended by a person, given up, or another run is alive.
    """
    if not lock(ctx, import_id):
        return None
    row = ctx.session.execute(
        locking(
            select(
                RosterImport.state,
                RosterImport.epoch,
                RosterImport.interruptions,
                (RosterImport.heartbeat_at > func.now() - STALE).label("alive"),
            ).where(RosterImport.id == import_id),
            RosterImport,
            Hold.WRITE,
        )
    ).one_or_none()
    if row is None or row.state not in (waiting, working) or (row.state == working and row.alive):
        return None
    run = Run(import_id, row.epoch + 1, working)
    # The epoch does not count interruptions: it also counts finished runs and what people did.
    interruptions = row.interruptions + (row.state == working)
    if interruptions >= MOST_INTERRUPTIONS:
        _end(ctx, import_id, row.epoch, {"state": "failed", "refusal": _GIVEN_UP.as_json()})
        record(ctx, "roster_import.failed", "roster_import", import_id)
        return None
    fresh = {"state": working, "epoch": run.epoch, "heartbeat_at": func.now(), "progress_done": 0}
    _update(ctx, import_id, row.epoch, {**fresh, "interruptions": interruptions})
    _postpone(ctx, import_id)
    return run


def lock(ctx: Context, import_id: int) -> bool:
    """Lock the import until the end of this transaction; return False when another transaction holds it."""
    key = func.pg_try_advisory_xact_lock(func.hashtext("roster_import"), import_id % 2**31)
    return bool(ctx.session.scalar(select(key)))


def beat(ctx: Context, run: Run, done: int, total: int) -> bool:
    """Record that the run is alive, and its progress; return False when another run has taken over."""
    values = {"heartbeat_at": func.now(), "progress_done": done, "progress_total": total}
    if not _update(ctx, run.import_id, run.epoch, values, state=run.state):
        return False
    _postpone(ctx, run.import_id)
    return True


def hold(ctx: Context, run: Run, done: int, total: int) -> None:
    """Check, and ensure until the end of this transaction, that this run is the one that writes.

    Raises:
        Superseded: another run writes.
    """
    if not beat(ctx, run, done, total):
        raise Superseded


def finish(ctx: Context, run: Run, state: str, **values: Any) -> None:
    """End the run in the transaction of its last rows.

    Raises:
        Superseded: another run writes.
    """
    if not _end(ctx, run.import_id, run.epoch, {"state": state, **values}, state=run.state):
        raise Superseded


def end_by_person(ctx: Context, found: RosterImport, state: str, **values: Any) -> None:
    """Change the state from outside a run; a run that is alive stops at its next transaction."""
    _end(ctx, found.id, found.epoch, {"state": state, "epoch": found.epoch + 1, **values})
    ctx.session.refresh(found)


def fail(ctx: Context, run: Run, reason: Message) -> None:
    """Give the import up, unless another run has taken it over."""
    if _end(ctx, run.import_id, run.epoch, {"state": "failed", "refusal": reason.as_json()}, state=run.state):
        record(ctx, "roster_import.failed", "roster_import", run.import_id)


def _end(
    ctx: Context, import_id: int, epoch: int, values: dict[str, Any], *, state: str | None = None
) -> bool:
    ended = {"heartbeat_at": None, "interruptions": 0, **values}
    if not _update(ctx, import_id, epoch, ended, state=state):
        return False
    ctx.session.execute(delete(ImportOutbox).where(*_outbox(ctx, import_id)))
    return True


def _postpone(ctx: Context, import_id: int) -> None:
    later = update(ImportOutbox).where(*_outbox(ctx, import_id)).values(due_at=func.now() + STALE)
    ctx.session.execute(later)


def _outbox(ctx: Context, import_id: int) -> tuple[Any, ...]:
    return ImportOutbox.school_id == ctx.school.id, ImportOutbox.import_id == import_id


def _update(
    ctx: Context, import_id: int, epoch: int, values: dict[str, Any], *, state: str | None = None
) -> bool:
    found = update(RosterImport).where(RosterImport.id == import_id, RosterImport.epoch == epoch)
    if state is not None:
        found = found.where(RosterImport.state == state)
    done = ctx.session.execute(found.values(**values).execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount == 1
