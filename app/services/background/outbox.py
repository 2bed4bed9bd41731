"""Finding work that nobody does: rows of an outbox that are due, in all schools at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.context import Context
from app.services.background.unit_of_work_factory import Units
from tenants.db import db
from tenants.registry import SchoolInfo, find_by_id

UnitsFor = Callable[[SchoolInfo], Units]
#: Takes one due row in a unit of work of its school; False when another sweeper was quicker.
Take = Callable[[Context, int], bool]

log = logging.getLogger(__name__)

_MOST = 100


def sweep_outbox(
    *,
    school_id: InstrumentedAttribute[int],
    row_id: InstrumentedAttribute[int],
    due_at: InstrumentedAttribute[datetime],
    take: Take,
    units_for: UnitsFor,
) -> int:
    """Take what is due, each row in a unit of work of its own; any number of sweepers may run.

    Args:
        school_id: column of the outbox.
        row_id: column with the id of what waits.
        due_at: column with the time, by the database's clock.
        take: what to do with a row; it must look again, under a lock, whether the row is due.
        units_for: opens units of work in a school.

    Returns:
        how many rows were taken.
    """
    # Not through a session: those see one school, and the outbox is read before any is known.
    with db.engine.connect() as connection:
        due: list[Any] = list(
            connection.execute(
                select(school_id, row_id).where(due_at <= func.now()).order_by(due_at).limit(_MOST)
            )
        )
    return sum(_take(units_for, take, school, row) for school, row in due)


def _take(units_for: UnitsFor, take: Take, school_id: int, row_id: int) -> bool:
    school = find_by_id(school_id)
    if school is None:
        return False
    try:
        with units_for(school)() as ctx:
            return take(ctx, row_id)
    except Exception:
        # One that always fails must not hold up those behind it; it stays due.
        log.exception("what was due could not be taken: school %s, row %s", school_id, row_id)
        return False
