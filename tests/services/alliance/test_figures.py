"""A school's figures of a day: counted at home, kept for its alliance."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.context import Context
from app.models import AuditEntry, Registration, SchoolFigure, User
from app.rules.alliance.figures import DayFigures
from app.rules.permissions import Role
from app.services.alliance.activity import get_activity
from app.services.alliance.figures import refresh_figures, write_figures
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import put_offering

MakeCtx = Callable[..., Context]


def _count(ctx: Context) -> DayFigures:
    with unit_of_work(ctx):
        write_figures(ctx)
    row = ctx.session.scalars(select(SchoolFigure).where(SchoolFigure.day == ctx.today())).one()
    return DayFigures(row.people, row.activated, row.courses_online, row.registrations)


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
