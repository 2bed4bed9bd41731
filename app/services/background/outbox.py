"""The sweep of outboxes: it takes the due rows of all schools.

A row that cannot be taken waits longer each time, so that rows that always fail do not keep others from their turn.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from app.context import Context
from app.models import Outbox
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from tenants.db import db
from tenants.registry import SchoolInfo, find_by_id

UnitOfWorkFactoryFor = Callable[[SchoolInfo], UnitOfWorkFactory]
#: Takes one due row in a unit of work of its school; False when another sweeper was faster.
Take = Callable[[Context, int], bool]

log = logging.getLogger(__name__)

_MOST = 100
#: How long a row waits after its first failure; each further failure doubles it.
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)


def sweep_outbox(
    outbox: type[Outbox], row_id: InstrumentedAttribute[int], *, take: Take, units_for: UnitOfWorkFactoryFor
) -> int:
    """Take the due rows, each in a unit of work of its own; any number of sweepers may run.

    Args:
        outbox: the outbox.
        row_id: its column with the id of the waiting object.
        take: handles a row; it must check again, under a lock, whether the row is due.
        units_for: opens units of work in a school.

    Returns:
        the number of rows that were taken.
    """
    # Not through a session: a session sees one school, and the outbox is read before any school is known.
    with db.engine.connect() as connection:
        due = connection.execute(
            select(outbox.school_id, row_id, outbox.failures)
            .where(outbox.due_at <= func.now())
            .order_by(outbox.due_at)
            .limit(_MOST)
        ).all()
    count = 0
    for school_id, number, failures in due:
        school = find_by_id(school_id)
        if school is None:
            continue
        row = (outbox.school_id == school_id, row_id == number)
        try:
            with units_for(school)() as ctx:
                done = take(ctx, number)
                if done and failures:
                    _write(ctx, outbox, row, failures=0)
        except Exception as error:
            # Without the error's text, which may repeat values of a row.
            frames = "".join(traceback.format_tb(error.__traceback__))
            what = f"{row_id} {number} of school {school_id}"
            log.error("%s could not be taken: %s\n%s", what, type(error).__name__, frames)
            _put_off(units_for(school), outbox, row, failures + 1)
        else:
            count += done
    return count


def wait_after(failures: int) -> timedelta:
    """Return how long a row waits after so many consecutive failures."""
    return min(FIRST_WAIT * (1 << min(failures - 1, 16)), LONGEST_WAIT)


def _put_off(units: UnitOfWorkFactory, outbox: type[Outbox], row: tuple[Any, ...], failures: int) -> None:
    try:
        with units() as ctx:
            # Unless another sweeper has taken or deferred it meanwhile.
            still = (*row, outbox.due_at <= func.now())
            _write(ctx, outbox, still, failures=failures, due_at=func.now() + wait_after(failures))
    except Exception as error:
        log.error("what could not be taken could not be put off either: %s", type(error).__name__)


def _write(ctx: Context, outbox: type[Outbox], row: tuple[Any, ...], **values: Any) -> None:
    ctx.session.execute(
        update(outbox).where(*row).values(**values), execution_options={"synchronize_session": False}
    )
