"""Recovery of imports whose run was lost, in all schools at once."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, func, update

from app.context import Context
from app.jobs import JobName
from app.models import ImportOutbox
from app.services.background.outbox import UnitOfWorkFactoryFor, sweep_outbox
from app.services.imports.shared.lease import STALE


def sweep_imports(*, units_for: UnitOfWorkFactoryFor) -> int:
    """Send again the jobs that Redis lost or a dead worker left.

    Args:
        units_for: opens units of work in a school.

    Returns:
        the number of jobs that were sent.
    """
    return sweep_outbox(ImportOutbox, ImportOutbox.import_id, take=_send_again, units_for=units_for)


def _send_again(ctx: Context, import_id: int) -> bool:
    claimed = (
        update(ImportOutbox)
        .where(ImportOutbox.school_id == ctx.school.id, ImportOutbox.import_id == import_id)
        .where(ImportOutbox.due_at <= func.now())
        .values(due_at=func.now() + STALE)
        .returning(ImportOutbox.job)
        .execution_options(synchronize_session=False)
    )
    job = cast("CursorResult[Any]", ctx.session.execute(claimed)).scalar_one_or_none()
    if job is None:
        return False
    ctx.send_later(JobName(job), import_id=import_id)
    return True
