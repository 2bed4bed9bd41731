"""Figures of schools: counted at each school, read by the secretariat, side by side and over time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import AuditEntry, Registration, SchoolFigure, User
from app.rules.alliance.figures import DayFigures
from app.rules.permissions import Role
from app.services.alliance.activity import activity_in_time, get_activity, list_activity
from app.services.alliance.figures import refresh_figures, write_figures
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, TODAY
from tests.support.courses import put_offering

MakeCtx = Callable[..., Context]


def _count(ctx: Context) -> DayFigures:
    with unit_of_work(ctx):
        write_figures(ctx)
    row = ctx.session.scalars(select(SchoolFigure).where(SchoolFigure.day == ctx.today())).one()
    return DayFigures(row.people, row.activated, row.courses_online, row.registrations)


def _put(school: SchoolInfo, day: date, **numbers: Any) -> None:
    values = {"people": 0, "activated": 0, "courses_online": 0, "registrations": 0} | numbers
    with school_scope(school.id) as session:
        session.add(SchoolFigure(day=day, alliance_id=school.alliance_id, **values))
        session.commit()


def test_a_school_counts_itself_and_nobody_else(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    logged_in = make_user(school, last_login_at=NOW - timedelta(hours=3))
    make_user(school)
    make_user(school, status="disabled", last_login_at=NOW)
    make_user(other_school, last_login_at=NOW)
    offering_id = put_offering(alliance, school).id
    put_offering(alliance, school, status="unhandled")
    with school_scope(school.id) as session:
        session.add(Registration(offering_id=offering_id, user_id=logged_in.id))
        session.commit()
    ctx = make_ctx(school, Role.SYSTEM)
    assert _count(ctx) == DayFigures(people=2, activated=1, courses_online=1, registrations=1)
    assert _count(make_ctx(other_school, Role.SYSTEM)) == DayFigures(1, 1, 0, 0)


def test_the_second_count_of_a_day_replaces_the_first(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    _count(make_ctx(school, Role.SYSTEM))
    make_user(school)
    assert _count(make_ctx(school, Role.SYSTEM)).people == 1


def test_the_secretariat_sees_the_change_in_30_days_and_what_is_missing(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    _put(school, TODAY - timedelta(days=40), people=10)
    _put(school, TODAY - timedelta(days=2), people=25, activated=5)
    ctx = make_ctx(alliance, Role.SECRETARY)
    (row,) = list_activity(ctx, text=school.unit_code).rows
    assert row.now is not None
    assert row.before is not None
    assert (row.now.people, row.before.people, row.day) == (25, 10, TODAY - timedelta(days=2))
    info, empty = get_activity(ctx, school_id=other_school.id)
    assert (info.id, empty.now, empty.before) == (other_school.id, None, None)


def test_schools_are_sorted_by_each_column_with_the_uncounted_last(
    make_ctx: MakeCtx, alliance: SchoolInfo, make_school: Callable[..., SchoolInfo]
) -> None:
    schools = [make_school(name=f"活跃测试{letter}大学") for letter in "甲乙丙"]
    _put(schools[0], TODAY, people=100, activated=10, registrations=1)
    _put(schools[1], TODAY, people=10, activated=9, registrations=5)
    ctx = make_ctx(alliance, Role.SECRETARY)

    def order(sort: str, descending: bool) -> str:
        found = list_activity(ctx, text="活跃测试", sort=sort, descending=descending)
        ids = {school.id: letter for school, letter in zip(schools, "甲乙丙", strict=True)}
        return "".join(ids[row.school_id] for row in found.rows if row.school_id in ids)

    assert (order("people", True), order("people", False)) == ("甲乙丙", "乙甲丙")
    assert (order("activated", True), order("registrations", True)) == ("乙甲丙", "乙甲丙")
    assert list_activity(ctx, text="活跃测试", page=9).total >= 3


def test_days_are_filled_and_a_longer_time_is_thinned(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    _put(school, TODAY - timedelta(days=100), people=7)
    _put(school, TODAY - timedelta(days=3), people=9)
    ctx = make_ctx(alliance, Role.SECRETARY)
    month = activity_in_time(ctx, span=30, school_id=school.id)
    assert (len(month.days), month.days[-1]) == (30, TODAY)
    assert [one.people for one in month.figures if one is not None] == [7] * 26 + [9] * 4
    year = activity_in_time(ctx, span=365, school_id=school.id)
    assert (year.days[-1], year.figures[0]) == (TODAY, None)
    assert len(year.days) <= 92
    all_together = activity_in_time(ctx, span=30)
    assert all_together.figures[-1] is not None
    assert all_together.figures[-1].people >= 9


def test_counting_now_is_noted_on_both_sides(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    make_user(school)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        assert refresh_figures(ctx, school_id=school.id).counted == 1
    row = get_activity(make_ctx(alliance, Role.SECRETARY), school_id=school.id)[1]
    assert (row.now, row.counted_at) == (DayFigures(1, 0, 0, 0), NOW)
    for tenant in (alliance, school):
        entry = select(AuditEntry).where(
            AuditEntry.action == "figures.counted", AuditEntry.object_id == school.id
        )
        assert make_ctx(tenant).session.scalars(entry).one().actor_name == "secretary"


def test_counting_all_takes_those_counted_longest_ago(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.alliance.figures.MOST_AT_ONCE", 1)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        first = refresh_figures(ctx)
    assert first.counted == 1
    counted = select(SchoolFigure.school_id).where(SchoolFigure.counted_at == NOW)
    done = set(make_ctx(alliance).session.scalars(counted))
    later = NOW + timedelta(minutes=1)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY, now=later)) as ctx:
        assert refresh_figures(ctx).left == first.left
        again = select(SchoolFigure.school_id).where(SchoolFigure.counted_at == later)
        assert first.left == 0 or not done & set(ctx.session.scalars(again))


def test_nobody_else_reads_or_counts(make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo) -> None:
    for ctx in (make_ctx(school), make_ctx(school, Role.SECRETARY), make_ctx(alliance, Role.TEACHER)):
        with pytest.raises(NotAllowed):
            list_activity(ctx)
        with pytest.raises(NotAllowed):
            activity_in_time(ctx, span=30)
        with pytest.raises(NotAllowed):
            refresh_figures(ctx)
    with pytest.raises(NotFound):
        get_activity(make_ctx(alliance, Role.SECRETARY), school_id=alliance.id)
