"""Finding imports that nobody works on, in all schools at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update

from app.jobs import JobName
from app.models import ImportOutbox
from app.services.imports.lease import STALE
from app.services.units import Units
from tenants.db import db
from tenants.registry import SchoolInfo, find_by_id

_MOST = 100


def sweep_imports(*, units_for: Callable[[SchoolInfo], Units]) -> int:
    """Send the jobs again that Redis lost or a dead worker left.

    Several sweepers may run: each due row is taken by one of them.

    Args:
        units_for: opens units of work in a school.

    Returns:
        how many jobs were sent.
    """
    # Not through a session: those see one school, and the outbox is read before any is known.
    with db.engine.connect() as connection:
        due = connection.execute(
            select(ImportOutbox.school_id, ImportOutbox.import_id)
            .where(ImportOutbox.due_at <= func.now())
            .order_by(ImportOutbox.due_at)
            .limit(_MOST)
        ).all()
    return sum(_send_again(units_for, school_id, import_id) for school_id, import_id in due)


def _send_again(units_for: Callable[[SchoolInfo], Units], school_id: int, import_id: int) -> int:
    school = find_by_id(school_id)
    if school is None:
        return 0
    with units_for(school)() as ctx:
        taken = (
            update(ImportOutbox)
            .where(ImportOutbox.school_id == school_id, ImportOutbox.import_id == import_id)
            .where(ImportOutbox.due_at <= func.now())
            .values(due_at=func.now() + STALE)
            .returning(ImportOutbox.job)
            .execution_options(synchronize_session=False)
        )
        job = cast("CursorResult[Any]", ctx.session.execute(taken)).scalar_one_or_none()
        if job is None:
            return 0
        ctx.send_later(JobName(job), import_id=import_id)
    return 1
