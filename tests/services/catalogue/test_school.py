"""The courses of a school that its students see."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import CourseOffering, User
from app.rules.offerings.phase import CourseState, course_state
from app.rules.permissions import Role
from app.services.catalogue.school import get_offering, list_on_now, my_courses
from app.services.catalogue.school_search import Wanted, count_facets, search_catalogue
from app.services.licences.single import end_licence
from app.services.offerings.phase import state_condition
from app.services.offerings.publication import take_offline
from app.services.registrations.self_service import register, withdraw
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.app import TODAY
from tests.support.courses import dates, list_offerings, put_course, put_offering
from tests.support.pages import statements

MakeCtx = Callable[..., Context]
OPEN = (10, 90, -5, 5)
UPCOMING = (20, 90, 5, 10)
RUNNING = (-10, 90, -20, -15)
ENDED = (-90, -1, -100, -95)


def test_only_what_is_online_and_licensed_is_in_the_catalogue(
    alliance: SchoolInfo,
    secretariat: Context,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    shown = put_offering(alliance, school).id
    unhandled = put_offering(alliance, school, status="unhandled", dated=False).id
    offline, foreign = put_offering(alliance, school).id, put_offering(alliance, other_school).id
    unlicensed = put_course(alliance)
    ended_course = put_course(alliance)
    ended = put_offering(alliance, school, ended_course).id
    with unit_of_work(make_ctx(school)) as ctx:
        take_offline(ctx, offering_id=offline)
    with unit_of_work(secretariat):
        end_licence(secretariat, course_id=ended_course.id, school_id=school.id)
    ctx = make_ctx(school, Role.STUDENT)
    assert [item.id for item in list_offerings(ctx).rows] == [shown]
    assert get_offering(ctx, offering_id=shown).title
    assert unlicensed.id not in [item.course.id for item in list_offerings(ctx).rows]
    messages = set()
    for offering_id in (unhandled, offline, foreign, ended, 2**60):
        with pytest.raises(NotFound) as refused:
            get_offering(ctx, offering_id=offering_id)
        messages.add(str(refused.value.message))
    assert len(messages) == 1
    assert list_on_now(ctx).total == 1


def test_the_same_course_has_each_schools_own_dates(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    course = put_course(alliance)
    here = put_offering(alliance, school, course, **dates(*OPEN)).id
    there = put_offering(alliance, other_school, course, **dates(*RUNNING)).id
    assert get_offering(make_ctx(school), offering_id=here).state is CourseState.OPEN
    assert get_offering(make_ctx(other_school), offering_id=there).state is CourseState.RUNNING


def test_states_are_sorted_and_filtered(alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo) -> None:
    for days in (ENDED, RUNNING, UPCOMING, OPEN):
        put_offering(alliance, school, **dates(*days))
    ctx = make_ctx(school, Role.STUDENT)
    assert [item.state for item in list_offerings(ctx).rows] == list(CourseState)
    for state in CourseState:
        assert [item.state for item in list_offerings(ctx, state=state).rows] == [state]
    assert list_offerings(ctx, state="nonsense").total == 4
    now = list_on_now(ctx)
    assert now.total == 4
    assert [len(now.open), len(now.running), len(now.upcoming)] == [1, 1, 1]


def test_the_first_page_takes_so_many_of_each_state(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    for days in (OPEN, OPEN, OPEN, RUNNING):
        put_offering(alliance, school, **dates(*days))
    now = list_on_now(make_ctx(school, Role.STUDENT), limit=2)
    assert (len(now.open), len(now.running), len(now.upcoming), now.total) == (2, 1, 0, 4)


def test_search_and_categories(alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo) -> None:
    intensive = put_course(alliance, title=f"重症医学{school.id}", category="急救", teachers="裴思齐")
    wanted = put_offering(alliance, school, intensive).id
    put_offering(alliance, school, put_course(alliance, category="护理学"))
    ctx = make_ctx(school, Role.STUDENT)
    for text in ("重症", "zzyx", "zhongzheng", "裴思齐", "急救"):
        assert [item.id for item in list_offerings(ctx, text=text).rows] == [wanted]
    for text in ("%", "_%", "' or 1=1"):
        assert list_offerings(ctx, text=text).total == 0
    assert count_facets(ctx, Wanted()).categories == {"急救": 1, "护理学": 1}
    assert [item.id for item in list_offerings(ctx, category="急救").rows] == [wanted]


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


def test_registration_and_seats_are_shown(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    limited, free = put_offering(alliance, school, licence={"seats": 2}).id, put_offering(alliance, school).id
    user = make_user(school)
    ctx = make_ctx(school, Role.STUDENT, user=user)
    with unit_of_work(ctx):
        register(ctx, offering_id=limited)
    item = get_offering(ctx, offering_id=limited)
    assert (item.registered, item.seats_left) == (True, 1)
    other = get_offering(ctx, offering_id=free)
    assert (other.registered, other.seats_left) == (False, None)
    visitor = make_ctx(school, Role.STUDENT)
    assert not get_offering(visitor, offering_id=limited).registered


def test_my_courses_stay_readable_when_they_go_offline(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    kept, gone, left = (put_offering(alliance, school).id for _ in range(3))
    user = make_user(school)
    ctx = make_ctx(school, Role.STUDENT, user=user)
    for offering_id in (kept, gone, left):
        with unit_of_work(ctx):
            register(ctx, offering_id=offering_id)
    with unit_of_work(ctx):
        withdraw(ctx, offering_id=left)
    with unit_of_work(make_ctx(school)) as admin:
        take_offline(admin, offering_id=gone)
    mine = {item.id: item for item in my_courses(make_ctx(school, Role.STUDENT, user=user))}
    assert set(mine) == {kept, gone}
    assert (mine[kept].shown, mine[gone].shown) == (True, False)
    with pytest.raises(NotAllowed):
        my_courses(make_ctx(school, Role.STUDENT))


def test_every_list_is_one_query_and_the_search_one_more_for_its_counts(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(school)
    offering_id = 0
    for days in (OPEN, OPEN, RUNNING, UPCOMING):
        offering_id = put_offering(alliance, school, **dates(*days)).id
    for read, cost in (
        (search_catalogue, 2),
        (list_on_now, 1),
        (my_courses, 1),
        (get_offering, 1),
    ):
        ctx = make_ctx(school, Role.STUDENT, user=user)
        extra = {"wanted": Wanted(text="测试")} if read is search_catalogue else {}
        extra |= {"offering_id": offering_id} if read is get_offering else {}
        with statements(db.engine) as seen:
            read(ctx, **extra)  # type: ignore[operator]
        assert len(seen) == cost, read
