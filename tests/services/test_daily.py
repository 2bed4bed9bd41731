"""Daily tasks: once a school and day, by the school's calendar, whatever else fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from app.context import Context
from app.models import DailyRun, School
from app.services import daily
from app.services.daily import DailyTask, sweep_days
from tenants.db import db
from tenants.scope import school_scope
from tests.support.app import build_app, insert_school, make_settings, school_info
from tests.support.servers import TestDatabase
from workers.dispatch import units_for


@pytest.fixture
def schools(fresh_database: TestDatabase, redis_url: str) -> Iterator[list[int]]:
    """Three members of an alliance of the test's own: the sweep looks at all schools there are."""
    app: Flask = build_app(make_settings(fresh_database, redis_url))
    with app.app_context():
        daily._put_off.clear()
        yield [
            insert_school(1, slug=f"school{n}", unit_code=f"1000{n}", name=f"第{n}医学院") for n in range(3)
        ]
        db.engine.dispose()


def _noting(seen: list[int], broken: int | None = None) -> Callable[[Context], None]:
    def run(ctx: Context) -> None:
        seen.append(ctx.school.id)
        if ctx.school.id == broken:
            raise RuntimeError("secret")

    return run


def _sweep(*tasks: DailyTask) -> int:
    return sweep_days(tasks, units_for=units_for)


def _forget_a_day(school_id: int) -> None:
    with school_scope(school_id) as session:
        session.execute(
            update(DailyRun).where(DailyRun.school_id == school_id).values(ran_on=date(2020, 1, 1))
        )
        session.commit()


def test_each_school_has_its_turn_once_a_day_and_then_one_question_is_all(schools: list[int]) -> None:
    seen: list[int] = []
    task = DailyTask("test", _noting(seen))
    assert _sweep(task) == 3
    assert sorted(seen) == schools
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert _sweep(task) == 0
    assert len(asked) == 1
    _forget_a_day(schools[1])
    assert _sweep(task) == 1
    assert seen[3:] == [schools[1]]


def test_what_fails_holds_up_nobody_and_is_tried_again_later(
    schools: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(daily, "SCHOOLS_A_SWEEP", 1)
    seen: list[int] = []
    task = DailyTask("test", _noting(seen, broken=schools[0]))
    for _ in range(4):
        _sweep(task)
    assert seen == schools
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text
    monkeypatch.setattr(daily, "PAUSE", 0.0)
    daily._put_off.clear()
    _sweep(task)
    assert seen[3:] == [schools[0]]


def test_a_failed_task_leaves_nothing_of_its_own(schools: list[int]) -> None:
    def half(ctx: Context) -> None:
        row = ctx.session.scalars(select(School).where(School.id == ctx.school.id)).one()
        assert row.id == ctx.school.id
        raise RuntimeError

    assert _sweep(DailyTask("half", half)) == 0
    with school_scope(schools[0]) as session:
        assert session.scalar(select(DailyRun.ran_on).where(DailyRun.task == "half")) is None


def test_the_day_is_the_schools_own(schools: list[int]) -> None:
    east = insert_school(1, slug="east", unit_code="10008", name="东方医学院", timezone="Pacific/Kiritimati")
    west = insert_school(1, slug="west", unit_code="10009", name="西方医学院", timezone="Pacific/Pago_Pago")
    _sweep(DailyTask("test", lambda ctx: None))
    with db.engine.connect() as connection:
        ran = connection.execute(select(DailyRun.school_id, DailyRun.ran_on))
        days = {row.school_id: row.ran_on for row in ran}
    # The two places are 25 hours apart, so it is never the same day there.
    assert days[east] - days[west] >= timedelta(days=1)
    assert school_info(east).timezone == "Pacific/Kiritimati"
