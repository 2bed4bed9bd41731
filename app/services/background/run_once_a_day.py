"""Daily tasks of every school, run by the school's own calendar.

A task runs in a unit of work of the school and claims its day in it (``daily_runs``): a sweeper that dies leaves the
day unclaimed, and two sweepers never do it twice. The sweep asks one question when nothing is due.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.models import DailyRun, School
from app.services.background.outbox import UnitOfWorkFactoryFor
from tenants.db import db
from tenants.registry import find_by_id

log = logging.getLogger(__name__)

#: The most schools of one task in one sweep, so that the outboxes are soon checked again.
SCHOOLS_A_SWEEP = 20
#: Seconds after which a task that failed in a school is tried again.
PAUSE = 600.0

_put_off: dict[tuple[int, str], float] = {}


@dataclass(frozen=True, slots=True)
class DailyTask:
    """A daily task; ``name`` is stored in the database.

    Args:
        every_tenant: run it for suspended schools and for the alliance, too.
    """

    name: str
    run: Callable[[Context], object]
    every_tenant: bool = False


def sweep_days(tasks: Sequence[DailyTask], *, units_for: UnitOfWorkFactoryFor) -> int:
    """Run due tasks, school by school; a failed one is logged and tried again later, and does not stop the others.

    Args:
        units_for: opens units of work in a school.

    Returns:
        the number of runs.
    """
    done = 0
    for task in tasks:
        for school_id, today in _due(task):
            done += _run(task, school_id, today, units_for)
    return done


def _due(task: DailyTask) -> list[tuple[int, date]]:
    today = cast(func.timezone(School.timezone, func.now()), Date)
    ran = and_(DailyRun.school_id == School.id, DailyRun.task == task.name)
    query = (
        select(School.id, today)
        .outerjoin(DailyRun, ran)
        .where(or_(DailyRun.ran_on.is_(None), DailyRun.ran_on < today))
        .order_by(DailyRun.ran_on.asc().nulls_first(), School.id)
        .limit(SCHOOLS_A_SWEEP)
    )
    if not task.every_tenant:
        query = query.where(School.kind == "member", School.status == "active")
    waiting = [
        school for (school, name), until in _put_off.items() if name == task.name and until > time.monotonic()
    ]
    if waiting:
        query = query.where(School.id.not_in(waiting))
    # Not through a session: a session sees one school, and this query covers all schools.
    with db.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(query)]


def _run(task: DailyTask, school_id: int, today: date, units_for: UnitOfWorkFactoryFor) -> bool:
    school = find_by_id(school_id)
    if school is None:
        return False
    try:
        with units_for(school)() as ctx:
            if not _claim(ctx, task.name, today):
                return False
            task.run(ctx)
    except Exception as error:
        # Without the error's text, which may repeat values of a row.
        log.error("daily task %s of school %s failed: %s", task.name, school_id, type(error).__name__)
        _put_off[school_id, task.name] = time.monotonic() + PAUSE
        return False
    _put_off.pop((school_id, task.name), None)
    return True


def _claim(ctx: Context, name: str, today: date) -> bool:
    row = insert(DailyRun).values(school_id=ctx.school.id, task=name, ran_on=today)
    claim = row.on_conflict_do_update(
        index_elements=[DailyRun.school_id, DailyRun.task],
        set_={"ran_on": today},
        where=DailyRun.ran_on < today,
    ).returning(DailyRun.ran_on)
    return ctx.session.scalar(claim) is not None
