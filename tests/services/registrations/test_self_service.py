"""Registering and withdrawing: the window by the school's calendar, seats under load, own courses only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, NotAllowed, NotFound
from app.models import AuditEntry, Registration, User
from app.rules.permissions import Role
from app.services.licences.single import end_licence, license_course
from app.services.offerings.dates import schedule_offering
from app.services.offerings.publication import take_offline
from app.services.registrations.self_service import Outcome, Place, register, withdraw
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.courses import put_course, put_offering

MakeCtx = Callable[..., Context]


@pytest.fixture
def student_ctx(make_ctx: MakeCtx, make_user: Callable[..., User]) -> Callable[..., Context]:
    """A new student of a school at work."""

    def make(school: SchoolInfo, *, user: User | None = None, now: datetime = NOW) -> Context:
        return make_ctx(school, Role.STUDENT, user=user or make_user(school), now=now)

    return make


def active(ctx: Context) -> int:
    count = select(func.count()).select_from(Registration).where(Registration.withdrawn_at.is_(None))
    return ctx.session.scalar(count) or 0


def test_registering_twice_and_withdrawing_twice_change_things_once(
    alliance: SchoolInfo, school: SchoolInfo, student_ctx: Callable[..., Context]
) -> None:
    offering_id = put_offering(alliance, school).id
    ctx = student_ctx(school)
    outcomes = []
    for use_case in (register, register, withdraw, withdraw, register):
        with unit_of_work(ctx):
            done = use_case(ctx, offering_id=offering_id)
            outcomes.append(done if isinstance(done, bool) else done.changed)
    assert outcomes == [True, False, True, False, True]
    assert active(ctx) == 1
    assert ctx.session.scalar(select(func.count()).select_from(Registration)) == 1
    trail = (
        select(AuditEntry.action).where(AuditEntry.action.startswith("registration.")).order_by(AuditEntry.id)
    )
    assert ctx.session.scalars(trail).all() == [
        "registration.registered",
        "registration.withdrawn",
        "registration.registered",
    ]


@pytest.mark.parametrize(
    ("timezone", "moment", "is_open"),
    [
        # Registration from 1 to 10 September, by the school's own days.
        ("Asia/Shanghai", datetime(2026, 8, 31, 15, 59, 59, tzinfo=UTC), False),
        ("Asia/Shanghai", datetime(2026, 8, 31, 16, 0, tzinfo=UTC), True),
        ("Asia/Shanghai", datetime(2026, 9, 10, 15, 59, 59, tzinfo=UTC), True),
        ("Asia/Shanghai", datetime(2026, 9, 10, 16, 0, tzinfo=UTC), False),
        ("Asia/Urumqi", datetime(2026, 8, 31, 17, 59, 59, tzinfo=UTC), False),
        ("Asia/Urumqi", datetime(2026, 8, 31, 18, 0, tzinfo=UTC), True),
        ("Asia/Urumqi", datetime(2026, 9, 10, 17, 59, 59, tzinfo=UTC), True),
        ("Asia/Urumqi", datetime(2026, 9, 10, 18, 0, tzinfo=UTC), False),
        ("Pacific/Kiritimati", datetime(2026, 8, 31, 10, 0, tzinfo=UTC), True),
        ("Pacific/Kiritimati", datetime(2026, 9, 10, 10, 0, tzinfo=UTC), False),
        ("Pacific/Pago_Pago", datetime(2026, 9, 1, 10, 59, tzinfo=UTC), False),
        ("Pacific/Pago_Pago", datetime(2026, 9, 11, 10, 59, tzinfo=UTC), True),
        ("Pacific/Pago_Pago", datetime(2026, 9, 11, 11, 0, tzinfo=UTC), False),
    ],
)
def test_the_window_is_the_schools_own_days(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    make_school: Callable[..., SchoolInfo],
    student_ctx: Callable[..., Context],
    timezone: str,
    moment: datetime,
    is_open: bool,
) -> None:
    school = make_school(timezone=timezone)
    offering_id = put_offering(alliance, school).id
    with unit_of_work(make_ctx(school)) as ctx:
        schedule_offering(
            ctx,
            offering_id=offering_id,
            starts_on=date(2026, 9, 20),
            ends_on=date(2026, 12, 20),
            registration_starts_on=date(2026, 9, 1),
            registration_ends_on=date(2026, 9, 10),
        )
    ctx = student_ctx(school, now=moment)
    if is_open:
        with unit_of_work(ctx):
            assert register(ctx, offering_id=offering_id).changed
            assert withdraw(ctx, offering_id=offering_id)
    else:
        for use_case in (register, withdraw):
            with pytest.raises(Conflict) as refused:
                use_case(ctx, offering_id=offering_id)
            assert "2026-09-01" in str(refused.value.message)
        assert active(ctx) == 0


def test_a_course_that_is_not_shown_is_not_there(
    alliance: SchoolInfo,
    secretariat: Context,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    student_ctx: Callable[..., Context],
) -> None:
    unhandled, offline, foreign = (
        put_offering(alliance, school, status="unhandled").id,
        put_offering(alliance, school).id,
        put_offering(alliance, other_school).id,
    )
    ended_course = put_course(alliance)
    ended = put_offering(alliance, school, ended_course).id
    with unit_of_work(make_ctx(school)) as ctx:
        take_offline(ctx, offering_id=offline)
    with unit_of_work(secretariat):
        end_licence(secretariat, course_id=ended_course.id, school_id=school.id)
    ctx = student_ctx(school)
    messages = set()
    for offering_id in (unhandled, offline, foreign, ended, 2**60):
        for use_case in (register, withdraw):
            with pytest.raises(NotFound) as refused:
                use_case(ctx, offering_id=offering_id)
            messages.add(str(refused.value.message))
    assert len(messages) == 1


def test_nobody_registers_without_an_account_or_with_one_of_another_school(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    offering_id = put_offering(alliance, school).id
    stranger = make_ctx(other_school, Role.STUDENT, user=make_user(other_school))
    for ctx in (
        make_ctx(school, Role.STUDENT),
        make_ctx(school, Role.SECRETARY, user=make_user(school)),
        make_ctx(school, Role.SYSTEM),
    ):
        with pytest.raises(NotAllowed):
            register(ctx, offering_id=offering_id)
    with pytest.raises(NotFound):
        register(stranger, offering_id=offering_id)


def test_an_administrator_registers_like_a_student(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    offering_id = put_offering(alliance, school).id
    with unit_of_work(make_ctx(school, user=make_user(school, "administrator"))) as ctx:
        assert register(ctx, offering_id=offering_id) == Outcome(Place.REGISTERED, changed=True)


def test_a_seat_that_is_given_back_goes_to_the_next(
    alliance: SchoolInfo, school: SchoolInfo, student_ctx: Callable[..., Context]
) -> None:
    offering_id = put_offering(alliance, school, licence={"seats": 1}).id
    first, second = student_ctx(school), student_ctx(school)
    with unit_of_work(first):
        register(first, offering_id=offering_id)
    with unit_of_work(first):
        assert register(first, offering_id=offering_id) == Outcome(Place.REGISTERED, changed=False)
    with unit_of_work(first):
        withdraw(first, offering_id=offering_id)
    with unit_of_work(second):
        assert register(second, offering_id=offering_id) == Outcome(Place.REGISTERED, changed=True)
    with unit_of_work(first):
        assert register(first, offering_id=offering_id) == Outcome(Place.WAITING, changed=True, position=1)


def test_seats_are_the_schools_own(
    alliance: SchoolInfo,
    secretariat: Context,
    school: SchoolInfo,
    other_school: SchoolInfo,
    student_ctx: Callable[..., Context],
) -> None:
    course = put_course(alliance)
    for where in (school, other_school):
        offering_id = put_offering(alliance, where, course, licence={"seats": 1}).id
        with unit_of_work(student_ctx(where)) as ctx:
            assert register(ctx, offering_id=offering_id).place is Place.REGISTERED
    with unit_of_work(secretariat):
        license_course(secretariat, course_id=course.id, school_ids=[school.id], seats=2)
    with unit_of_work(student_ctx(school)) as ctx:
        assert register(ctx, offering_id=_offering_of(ctx)).place is Place.REGISTERED


def _offering_of(ctx: Context) -> int:
    return ctx.session.scalars(select(Registration.offering_id)).one()


@pytest.mark.parametrize("seats", [None, 1])
def test_one_person_who_clicks_many_times_at_once_is_registered_once(
    alliance: SchoolInfo,
    app_context: Flask,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    make_user: Callable[..., User],
    student_ctx: Callable[..., Context],
    seats: int | None,
) -> None:
    offering_id = put_offering(alliance, school, licence={"seats": seats}).id
    user = make_user(school)
    outcomes = _all_at_once(app_context, [student_ctx(school, user=user) for _ in range(6)], offering_id)
    assert outcomes.count("in") == 1
    assert outcomes.count("already") == 5
    assert active(make_ctx(school)) == 1


def _all_at_once(app: Flask, contexts: list[Context], offering_id: int) -> list[str]:
    start = threading.Barrier(len(contexts))
    outcomes: list[str] = []

    def run(ctx: Context) -> None:
        with app.app_context():
            start.wait()
            with unit_of_work(ctx):
                done = register(ctx, offering_id=offering_id)
            assert done.place is Place.REGISTERED
            outcomes.append("in" if done.changed else "already")

    threads = [threading.Thread(target=run, args=[ctx]) for ctx in contexts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_what_was_registered_keeps_its_moment(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, student_ctx: Callable[..., Context]
) -> None:
    offering_id = put_offering(alliance, school).id
    ctx = student_ctx(school, now=NOW - timedelta(hours=3))
    with unit_of_work(ctx):
        register(ctx, offering_id=offering_id)
    assert make_ctx(school).session.scalars(select(Registration.registered_at)).one() == NOW - timedelta(
        hours=3
    )
