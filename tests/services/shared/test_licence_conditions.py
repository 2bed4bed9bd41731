"""The rules about a licence's days and their forms in SQL say the same, day by day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import Date, literal, select
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.models import CourseLicence, CourseOffering
from app.rules.licences import conditions as rules
from app.rules.licences.conditions import ENDING, LicenceState, licence_state
from app.services.shared import licence_conditions as sql
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import TODAY
from tests.support.courses import put_course, put_offering

#: Days between the first, the last and the asked one, with both sides of every border.
FIRST = (None, -1, 0, 1)
LAST = (None, -1, 0, 1, ENDING.days - 1, ENDING.days, ENDING.days + 1, ENDING.days + 2)
ASKED = (-2, -1, 0, 1, 2)


def day(number: int | None) -> date | None:
    """A day so far from the day of the tests."""
    return None if number is None else TODAY + timedelta(days=number)


@pytest.fixture
def ctx(make_ctx: Callable[..., Context], alliance: SchoolInfo, school: SchoolInfo) -> Context:
    """A school with a licence of every kind, an offering of each, and two courses that need none or have none."""
    with school_scope(alliance.id) as session:
        for first, last in product(FIRST, LAST):
            if first is not None and last is not None and first > last:
                continue
            licence = CourseLicence(
                school_id=school.id,
                course_owner_id=alliance.id,
                course_id=put_course(alliance).id,
                licensor_id=alliance.id,
                starts_on=day(first),
                ends_on=day(last),
            )
            session.add(licence)
        session.commit()
    with school_scope(school.id) as session:
        for licence in session.scalars(select(CourseLicence)):
            offering = CourseOffering(
                course_owner_id=licence.course_owner_id,
                course_id=licence.course_id,
                licence_id=licence.id,
                term="2026-2027-1",
            )
            session.add(offering)
        session.commit()
    put_offering(school, school, put_course(school))
    return make_ctx(school)


def asked_days() -> Iterator[tuple[date, sql.Day]]:
    """The asked days, as dates and as columns."""
    for number in ASKED:
        asked = TODAY + timedelta(days=number)
        yield asked, asked
        yield asked, literal(asked, Date)


def test_what_holds_has_begun_and_has_not_ended(ctx: Context) -> None:
    for asked, given in asked_days():
        statement = select(CourseLicence, sql.has_begun(given), sql.has_ended(given), sql.holds(given))
        rows = ctx.session.execute(statement).all()
        assert len(rows) == 29
        for licence, begun, ended, holds in rows:
            days = licence.starts_on, licence.ends_on, asked
            assert begun == rules.has_begun(licence.starts_on, asked), days
            assert ended == rules.has_ended(licence.ends_on, asked) == licence.has_ended_on(asked), days
            assert holds == rules.holds(*days) == licence.holds_on(asked), days


def test_what_a_school_may_show(ctx: Context) -> None:
    wanted = (
        select(CourseOffering)
        .outerjoin(CourseOffering.licence)
        .options(contains_eager(CourseOffering.licence))
    )
    for asked, given in asked_days():
        rows = ctx.session.execute(wanted.add_columns(sql.is_licensed(given))).all()
        assert len(rows) == 30
        assert {licensed for _, licensed in rows} == {True, False}
        for offering, licensed in rows:
            assert licensed == offering.is_licensed_on(asked)


@pytest.mark.parametrize("declined", [False, True])
def test_a_licence_is_in_one_state(ctx: Context, declined: bool) -> None:
    for asked, given in asked_days():
        for state in LicenceState:
            condition = sql.is_in_state(state, given, declined=literal(declined))
            for licence, is_it in ctx.session.execute(select(CourseLicence, condition)):
                said = licence_state(licence.starts_on, licence.ends_on, asked, declined=declined)
                assert is_it == (said is state), (state, licence.starts_on, licence.ends_on, asked)
