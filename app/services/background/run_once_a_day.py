"""What is done for every school once a day, by the school's own calendar, without anybody asking.

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
from app.services.background.outbox import UnitsFor
from tenants.db import db
from tenants.registry import find_by_id

log = logging.getLogger(__name__)

#: Schools a task and sweep, so that the outboxes are soon looked at again.
SCHOOLS_A_SWEEP = 20
#: Seconds after which a task that failed in a school is tried again.
PAUSE = 600.0

_put_off: dict[tuple[int, str], float] = {}


@dataclass(frozen=True, slots=True)
class DailyTask:
    """A task; ``name`` is kept in the database.

    Args:
        every_tenant: run it for suspended schools and for the alliance, too.
    """

    name: str
    run: Callable[[Context], object]
    every_tenant: bool = False


def sweep_days(tasks: Sequence[DailyTask], *, units_for: UnitsFor) -> int:
    """Run what is due, school by school; what fails is logged and tried again later, and holds up nobody else.

    Args:
        units_for: opens units of work in a school.

    Returns:
        how many runs there were.
    """
    done = 0
    for task in tasks:
        for school_id, today in _due(task):
            done += _run(task, school_id, today, units_for)
    return done


def _due(task: DailyTask) -> list[tuple[int, date]]:
    today = cast(func.timezone(School.timezone, func.now()), Date)
    ran = and_(DailyRun.school_id == School.id, DailyRun.task == task.name)
    wanted = (
        select(School.id, today)
        .outerjoin(DailyRun, ran)
        .where(or_(DailyRun.ran_on.is_(None), DailyRun.ran_on < today))
        .order_by(DailyRun.ran_on.asc().nulls_first(), School.id)
        .limit(SCHOOLS_A_SWEEP)
    )
    if not task.every_tenant:
        wanted = wanted.where(School.kind == "member", School.status == "active")
    waiting = [
        school for (school, name), until in _put_off.items() if name == task.name and until > time.monotonic()
    ]
    if waiting:
        wanted = wanted.where(School.id.not_in(waiting))
    # Not through a session: those see one school, and this looks at the days of all.
    with db.engine.connect() as connection:
        return [(row[0], row[1]) for row in connection.execute(wanted)]


def _run(task: DailyTask, school_id: int, today: date, units_for: UnitsFor) -> bool:
    school = find_by_id(school_id)
    if school is None:
        return False
    try:
        with units_for(school)() as ctx:
            if not _claim(ctx, task.name, today):
                return False
            task.run(ctx)
    except Exception as error:
        # Without the error's text, which may repeat the values of a row.
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
