"""The phase of an offering in SQL, compared with the rule."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select, update

from app.context import Context
from app.models import CourseOffering
from app.rules.offerings.phase import CourseState, course_state
from app.services.offerings.phase import state_condition, state_number
from app.services.shared.licence_conditions import is_licensed
from tenants.registry import SchoolInfo
from tests.support.app import TODAY
from tests.support.courses import days, put_course, put_offering

MakeCtx = Callable[..., Context]


def test_the_state_of_a_row_in_sql_is_the_state_of_the_rule(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    chance = random.Random(7)
    ids = [put_offering(alliance, school, status="unhandled", dated=False).id for _ in range(12)]
    ctx = make_ctx(school)
    for _ in range(20):
        for offering_id in ids:
            first, last = sorted(chance.choices(range(-3, 4), k=2))
            opens, closes = sorted(chance.choices(range(-3, 4), k=2))
            blank = chance.random() < 0.15
            ctx.session.execute(
                update(CourseOffering)
                .where(CourseOffering.id == offering_id)
                .values(
                    starts_on=None if blank else TODAY + timedelta(days=first),
                    ends_on=None if blank else TODAY + timedelta(days=last),
                    registration_starts_on=TODAY + timedelta(days=opens),
                    registration_ends_on=TODAY + timedelta(days=closes),
                )
            )
        ctx.session.expire_all()
        rows = {row.id: course_state(row.dates, TODAY) for row in ctx.session.scalars(select(CourseOffering))}
        for state in CourseState:
            found = set(ctx.session.scalars(select(CourseOffering.id).where(state_condition(state, TODAY))))
            assert found == {row_id for row_id, expected in rows.items() if expected is state}


def test_a_licence_holds_from_its_first_to_its_last_day_and_an_own_course_always(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    terms: list[dict[str, date]] = [
        {"starts_on": days(0), "ends_on": days(0)},
        {"starts_on": days(1)},
        {"ends_on": days(-1)},
        {},
    ]
    today, _future, _past, endless = (put_offering(alliance, school, licence=each).id for each in terms)
    own = put_offering(alliance, school, put_course(school)).id
    ctx = make_ctx(school)
    held = select(CourseOffering.id).outerjoin(CourseOffering.licence).where(is_licensed(ctx.today()))
    assert set(ctx.session.scalars(held)) == {today, endless, own}


def test_offerings_are_sorted_by_their_phase(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    for dates in ((-90, -80, -70, -1), (-30, -20, -10, 50), (5, 8, 10, 50), (-5, 5, 10, 50)):
        names = ("registration_starts_on", "registration_ends_on", "starts_on", "ends_on")
        put_offering(alliance, school, **{name: days(n) for name, n in zip(names, dates, strict=True)})
    ctx = make_ctx(school)
    found = ctx.session.scalars(select(CourseOffering).order_by(state_number(ctx)))
    assert [course_state(row.dates, TODAY) for row in found] == list(CourseState)
