"""Seats and the waiting list: never more registrations than seats, in order, also under concurrency."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.context import Context
from app.models import CourseLicence, CourseOffering, Notice, Registration, User, WaitingPlace
from app.rules.offerings.dates import Dates
from app.rules.permissions import Role
from app.services.licences.single import license_course
from app.services.offerings.dates import schedule_offering
from app.services.offerings.publication import put_online, take_offline
from app.services.registrations.by_staff import remove_students
from app.services.registrations.seats import (
    free_seats,
    hold_seats,
    promote_waiting,
    register_many,
    seats_of,
)
from app.services.registrations.self_service import Outcome, Place, leave_waiting, register, withdraw
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import put_offering
from tests.support.waiting import PATIENCE

MakeCtx = Callable[..., Context]


@pytest.fixture
def full(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: MakeCtx, make_user: Callable[..., User]
) -> Callable[..., tuple[CourseOffering, list[Context]]]:
    """An offering with so many seats, and students who asked for one in their order."""

    def make(seats: int, students: int, **values: Any) -> tuple[CourseOffering, list[Context]]:
        offering = put_offering(alliance, school, seats=seats, **values)
        contexts = [make_ctx(school, Role.STUDENT, user=make_user(school)) for _ in range(students)]
        for ctx in contexts:
            with unit_of_work(ctx):
                register(ctx, offering_id=offering.id)
        return offering, contexts

    return make


def registered(ctx: Context, offering_id: int) -> set[int]:
    statement = select(Registration.user_id).where(
        Registration.offering_id == offering_id, Registration.withdrawn_at.is_(None)
    )
    return set(ctx.session.scalars(statement))


def waiting(ctx: Context, offering_id: int) -> list[int]:
    statement = select(WaitingPlace.user_id).where(WaitingPlace.offering_id == offering_id)
    return list(ctx.session.scalars(statement.order_by(WaitingPlace.id)))


@pytest.mark.parametrize(
    ("own", "granted", "seats"), [(None, None, None), (5, None, 5), (None, 7, 7), (5, 7, 5), (9, 7, 7)]
)
def test_the_smaller_limit_counts(own: int | None, granted: int | None, seats: int | None) -> None:
    assert seats_of(CourseOffering(seats=own), CourseLicence(seats=granted)) == seats
    assert seats_of(CourseOffering(seats=own), None) == own


def test_who_comes_when_all_seats_are_taken_waits_in_order(
    full: Callable[..., tuple[CourseOffering, list[Context]]], make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    offering, (first, second, third) = full(1, 3)
    ctx = make_ctx(school)
    assert registered(ctx, offering.id) == {first.actor.user_id}
    assert waiting(ctx, offering.id) == [second.actor.user_id, third.actor.user_id]
    with unit_of_work(third):
        again = register(third, offering_id=offering.id)
    assert again == Outcome(Place.WAITING, changed=False, position=2)


def test_a_withdrawal_lets_the_first_who_waits_in_and_tells_him(
    full: Callable[..., tuple[CourseOffering, list[Context]]], make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    offering, (first, second, third) = full(1, 3)
    with unit_of_work(first):
        assert withdraw(first, offering_id=offering.id)
    ctx = make_ctx(school)
    assert registered(ctx, offering.id) == {second.actor.user_id}
    assert waiting(ctx, offering.id) == [third.actor.user_id]
    row = ctx.session.scalars(select(Registration).where(Registration.user_id == second.actor.user_id)).one()
    assert row.source == "waiting"
    told = ctx.session.scalars(select(Notice)).one()
    assert told.user_id == second.actor.user_id
    assert told.link == f"/courses/{offering.id}"


def test_a_disabled_account_is_passed_over_and_keeps_its_place(
    full: Callable[..., tuple[CourseOffering, list[Context]]], make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    offering, (first, second, third) = full(1, 3)
    with school_scope(school.id) as session:
        session.get_one(User, (school.id, second.actor.user_id)).status = "disabled"
        session.commit()
    with unit_of_work(first):
        withdraw(first, offering_id=offering.id)
    ctx = make_ctx(school)
    assert registered(ctx, offering.id) == {third.actor.user_id}
    assert waiting(ctx, offering.id) == [second.actor.user_id]


def test_one_leaves_the_waiting_list_at_any_time_and_is_not_promoted(
    full: Callable[..., tuple[CourseOffering, list[Context]]],
    make_ctx: MakeCtx,
    school: SchoolInfo,
) -> None:
    offering, (first, second, third) = full(1, 3)
    later = make_ctx(school, Role.STUDENT, user=_account(second), now=NOW + timedelta(days=50))
    with unit_of_work(later):
        assert leave_waiting(later, offering_id=offering.id)
    with unit_of_work(later):
        assert leave_waiting(later, offering_id=offering.id) is False
    with unit_of_work(first):
        withdraw(first, offering_id=offering.id)
    assert registered(make_ctx(school), offering.id) == {third.actor.user_id}


def _account(ctx: Context) -> User:
    return ctx.session.scalars(select(User).where(User.id == ctx.actor.user_id)).one()


def test_nobody_is_let_in_once_registration_is_over(
    full: Callable[..., tuple[CourseOffering, list[Context]]], make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    offering, (_, second) = full(1, 2)
    ctx = make_ctx(school, now=NOW + timedelta(days=6))
    with unit_of_work(ctx):
        locked = hold_seats(ctx, offering.id)
        locked.seats = 5
        assert promote_waiting(ctx, locked) == ()
    with unit_of_work(make_ctx(school)) as ctx:
        assert promote_waiting(ctx, hold_seats(ctx, offering.id)) == (second.actor.user_id,)


def test_whoever_waits_comes_before_whoever_comes(
    full: Callable[..., tuple[CourseOffering, list[Context]]],
    make_ctx: MakeCtx,
    make_user: Callable[..., User],
    school: SchoolInfo,
) -> None:
    offering, (_, second) = full(1, 2)
    with school_scope(school.id) as session:
        # As when the licence grants more seats, which no school's act says.
        session.get_one(CourseOffering, (school.id, offering.id)).seats = 2
        session.commit()
    newcomer = make_ctx(school, Role.STUDENT, user=make_user(school))
    with unit_of_work(newcomer):
        assert register(newcomer, offering_id=offering.id).place is Place.WAITING
    assert second.actor.user_id in registered(make_ctx(school), offering.id)


def test_many_are_registered_with_what_became_of_each(
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_ctx: MakeCtx,
    make_user: Callable[..., User],
) -> None:
    offering = put_offering(alliance, school, seats=3)
    before, gone, fresh, late = (make_user(school) for _ in range(4))
    shut, stranger = make_user(school, status="disabled"), make_user(other_school)
    for user in (before, gone):
        with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
            register(ctx, offering_id=offering.id)
    with unit_of_work(make_ctx(school, Role.STUDENT, user=gone)) as ctx:
        withdraw(ctx, offering_id=offering.id)
    everybody = [user.id for user in (before, gone, fresh, late, shut, stranger)]
    with unit_of_work(make_ctx(school)) as ctx:
        done = register_many(ctx, offering=hold_seats(ctx, offering.id), user_ids=everybody, source="staff")
    assert (done.registered, done.already) == (2, 1)
    assert done.refused == {"disabled": 1, "seats": 1, "unknown": 1}
    assert set(done.user_ids) == {gone.id, fresh.id}
    assert registered(make_ctx(school), offering.id) == {before.id, gone.id, fresh.id}
    with unit_of_work(make_ctx(school)) as ctx:
        chosen = select(User.id).where(User.id.in_([late.id, before.id]))
        offering_row = hold_seats(ctx, offering.id)
        offering_row.seats = None
        done = register_many(ctx, offering=offering_row, user_ids=chosen, source="class")
        assert free_seats(ctx, offering_row) is None
    assert (done.registered, done.already, done.refused) == (1, 1, {})


def test_two_hundred_on_the_last_twenty_seats(
    app_context: Flask,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_ctx: MakeCtx,
) -> None:
    offering = put_offering(alliance, school, seats=20)
    with school_scope(school.id) as session:
        people = [
            User(
                school_id=school.id,
                kind="student",
                real_name=f"同学{number}",
                nickname="",
                student_no=f"{school.unit_code}9{number:04d}",
            )
            for number in range(200)
        ]
        session.add_all(people)
        session.commit()
    contexts = [make_ctx(school, Role.STUDENT, user=user) for user in people]
    start = threading.Event()

    def run(ctx: Context) -> Outcome:
        with app_context.app_context():
            start.wait()
            with unit_of_work(ctx):
                done = register(ctx, offering_id=offering.id)
            ctx.session.close()
            return done

    # As many at once as two processes have connections.
    with ThreadPoolExecutor(10) as pool:
        jobs = [pool.submit(run, ctx) for ctx in contexts]
        start.set()
        outcomes = [job.result(timeout=PATIENCE) for job in jobs]
    places = Counter(done.place for done in outcomes)
    assert places == {Place.REGISTERED: 20, Place.WAITING: 180}
    positions = sorted(done.position for done in outcomes if done.position is not None)
    assert positions == list(range(1, 181))
    assert len(registered(make_ctx(school), offering.id)) == 20


def test_withdrawing_and_registering_at_once_leaves_no_seat_free_while_somebody_waits(
    app_context: Flask,
    full: Callable[..., tuple[CourseOffering, list[Context]]],
    make_ctx: MakeCtx,
    make_user: Callable[..., User],
    school: SchoolInfo,
) -> None:
    offering, contexts = full(4, 8)
    newcomers = [make_ctx(school, Role.STUDENT, user=make_user(school)) for _ in range(4)]
    start = threading.Barrier(8)

    def run(ctx: Context, act: Callable[..., object]) -> None:
        with app_context.app_context():
            start.wait()
            with unit_of_work(ctx):
                act(ctx, offering_id=offering.id)

    with ThreadPoolExecutor(8) as pool:
        acts = [(ctx, withdraw) for ctx in contexts[:2]] + [(ctx, leave_waiting) for ctx in contexts[4:6]]
        jobs = [pool.submit(run, *each) for each in [*acts, *((ctx, register) for ctx in newcomers)]]
        for job in jobs:
            job.result(timeout=PATIENCE)
    ctx = make_ctx(school)
    assert len(registered(ctx, offering.id)) == 4
    assert not registered(ctx, offering.id).intersection(waiting(ctx, offering.id))


def test_a_seat_that_came_free_while_the_course_was_hidden_is_given_when_it_is_back(
    make_ctx: MakeCtx, school: SchoolInfo, full: Callable[..., tuple[CourseOffering, list[Context]]]
) -> None:
    offering, (first, second) = full(1, 2)
    gone = [first.actor.user_id or 0]
    with unit_of_work(make_ctx(school)) as ctx:
        take_offline(ctx, offering_id=offering.id)
        remove_students(ctx, offering_id=offering.id, user_ids=gone, reason="转专业")
    assert registered(make_ctx(school), offering.id) == set()
    with unit_of_work(make_ctx(school)) as ctx:
        put_online(ctx, offering_id=offering.id)
    assert registered(make_ctx(school), offering.id) == {second.actor.user_id}


def test_more_seats_let_in_who_waits_whether_the_school_or_the_alliance_gives_them(
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_ctx: MakeCtx,
    full: Callable[..., tuple[CourseOffering, list[Context]]],
) -> None:
    offering, contexts = full(1, 4, licence={"seats": 2})
    plan = {name: getattr(offering, name) for name in Dates.__slots__}
    with unit_of_work(make_ctx(school)) as ctx:
        schedule_offering(ctx, offering_id=offering.id, **plan, seats=2)
    assert len(registered(make_ctx(school), offering.id)) == 2
    with unit_of_work(make_ctx(school)) as ctx:
        schedule_offering(ctx, offering_id=offering.id, **plan, seats=None)
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        license_course(ctx, course_id=offering.course_id, school_ids=[school.id], seats=3)
    here = make_ctx(school)
    assert registered(here, offering.id) == {ctx.actor.user_id for ctx in contexts[:3]}
    assert waiting(here, offering.id) == [contexts[3].actor.user_id]
    told = here.session.scalars(select(Notice.user_id).where(Notice.link == f"/courses/{offering.id}")).all()
    assert sorted(told) == sorted(ctx.actor.user_id or 0 for ctx in contexts[1:3])
