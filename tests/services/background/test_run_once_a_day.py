"""Daily tasks: once for each school and day, in any order of workers; a failed task delays no others."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

from flask import Flask
from sqlalchemy import func, select

from app.context import Context
from app.models import DailyRun, School
from app.services.background.run_once_a_day import SCHOOLS_A_SWEEP, DailyTask, sweep_days
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.app import school_info
from tests.support.pages import statements
from workers.dispatch import units_for


def _sweep_all(task: DailyTask) -> int:
    total = 0
    while done := sweep_days([task], units_for=units_for):
        total += done
    return total


def test_every_school_has_its_day_once(app_context: Flask, make_school: Callable[..., SchoolInfo]) -> None:
    schools = [make_school(), make_school(timezone="Pacific/Kiritimati"), make_school(status="suspended")]
    ran: list[int] = []
    task = DailyTask("test-once", lambda ctx: ran.append(ctx.school.id))
    assert _sweep_all(task) == len(ran) == len(set(ran))
    assert {schools[0].id, schools[1].id} <= set(ran)
    assert schools[2].id not in ran
    with statements(db.engine) as asked:
        assert sweep_days([task], units_for=units_for) == 0
    assert len(asked) == 1


def test_a_task_of_every_tenant_runs_for_the_alliance_and_for_suspended_schools(
    alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    suspended = make_school(status="suspended")
    ran: list[int] = []
    _sweep_all(DailyTask("test-all", lambda ctx: ran.append(ctx.school.id), every_tenant=True))
    assert {alliance.id, suspended.id} <= set(ran)
    assert len(ran) == len(set(ran))


def test_a_task_that_fails_leaves_its_day_open_and_the_other_schools_alone(
    app_context: Flask, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    ran: list[int] = []

    def work(ctx: Context) -> None:
        if ctx.school.id == school.id:
            raise RuntimeError("no")
        ran.append(ctx.school.id)

    _sweep_all(DailyTask("test-fail", work))
    assert other_school.id in ran
    with db.engine.connect() as connection:
        done = (
            connection.execute(select(DailyRun.school_id).where(DailyRun.task == "test-fail")).scalars().all()
        )
    assert other_school.id in done
    assert school.id not in done


def test_more_schools_that_fail_than_one_sweep_takes_hold_up_nobody(
    app_context: Flask, make_school: Callable[..., SchoolInfo]
) -> None:
    failing, good = {make_school().id for _ in range(SCHOOLS_A_SWEEP + 5)}, make_school().id
    ran: list[int] = []

    def work(ctx: Context) -> None:
        if ctx.school.id in failing:
            raise RuntimeError("no")
        ran.append(ctx.school.id)

    with db.engine.connect() as connection:
        schools = connection.scalar(select(func.count()).select_from(School)) or 0
    # As many as it takes when nobody has a second turn before all have had their first.
    for _ in range(schools // SCHOOLS_A_SWEEP + 1):
        sweep_days([DailyTask("test-many", work)], units_for=units_for)
    assert good in ran


def test_two_workers_at_once_do_it_once(app: Flask, school: SchoolInfo) -> None:
    ran: list[int] = []
    task = DailyTask("test-twice", lambda ctx: ran.append(ctx.school.id))

    def sweep() -> None:
        with app.app_context():
            _sweep_all(task)

    threads = [Thread(target=sweep) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert ran.count(school_info(school.id).id) == 1
    assert len(ran) == len(set(ran))
