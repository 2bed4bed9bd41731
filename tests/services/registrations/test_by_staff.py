"""注册学生: the registrations that staff see and change, and the notices to the students concerned."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, CourseOffering, Notice, Registration, User
from app.rules.permissions import Role
from app.services.registrations.by_staff import (
    add_students,
    admit_waiting,
    export_registrations,
    find_candidates,
    list_waiting,
    remove_students,
    remove_waiting,
)
from app.services.registrations.lists import (
    RegistrationSort,
    class_figures,
    list_registered,
    registrations_in_time,
    seat_figures,
)
from app.services.registrations.self_service import register
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, TODAY
from tests.support.courses import put_offering
from tests.support.pages import statements
from tests.support.teaching import Teaching, put_class

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.fixture
def desk(make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser) -> Context:
    """An administrator at work."""
    return make_ctx(school, user=make_user(school, "administrator"))


def put(
    school: SchoolInfo, offering: CourseOffering, *users: User, days: int = 0, source: str = "self"
) -> None:
    with school_scope(school.id) as session:
        moment = NOW + timedelta(days)
        session.add_all(
            Registration(offering_id=offering.id, user_id=user.id, registered_at=moment, source=source)
            for user in users
        )
        session.commit()


def names(ctx: Context, offering: CourseOffering) -> list[str]:
    return [row.real_name for row in list_registered(ctx, offering_id=offering.id).rows]


def test_the_list_is_searched_filtered_sorted_and_paged(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school)
    first, second = (put_class(school, number=n, name=n, entry_year=2026) for n in ("一班", "二班"))
    people = [make_user(school, real_name=f"王{n}", class_id=first) for n in range(3)]
    other = make_user(school, real_name="李四", name_pinyin="li si", class_id=second)
    loose = make_user(school, real_name="赵六")
    put(school, offering, *people)
    put(school, offering, other, days=-1, source="class")
    put(school, offering, loose, source="staff")
    every = list_registered(desk, offering_id=offering.id)
    assert [row.real_name for row in every.rows] == ["王0", "王1", "王2", "李四", "赵六"]
    assert every.rows[3].source == "class"
    assert [row.real_name for row in list_registered(desk, offering_id=offering.id, text="li").rows] == [
        "李四"
    ]
    for class_id, count in ((first, 3), (second, 1), (0, 1), (2**40, 0)):
        assert list_registered(desk, offering_id=offering.id, class_id=class_id).total == count
    earliest = list_registered(desk, offering_id=offering.id, sort=RegistrationSort.REGISTERED).rows[0]
    assert earliest.user_id == other.id
    beyond = list_registered(desk, offering_id=offering.id, page=9)
    assert (len(beyond.rows), beyond.total, beyond.number, beyond.pages) == (5, 5, 1, 1)
    figures = class_figures(desk, offering_id=offering.id)
    assert [(one.name, one.registered, one.students) for one in figures] == [
        ("一班", 3, 3), ("二班", 1, 1), (None, 1, None),
    ]  # fmt: skip
    days = registrations_in_time(desk, offering_id=offering.id)
    assert [(one.day, one.new, one.total) for one in days] == [
        (TODAY - timedelta(1), 1, 1), (TODAY, 4, 5),
    ]  # fmt: skip


def test_a_list_costs_the_same_for_any_number_of_people(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school)
    put(school, offering, *(make_user(school) for _ in range(8)))
    with statements(db.engine) as seen:
        list_registered(desk, offering_id=offering.id)
    assert len(seen) == 2


def test_days_are_the_schools_own(
    alliance: SchoolInfo, make_school: Callable[..., SchoolInfo], make_ctx: MakeCtx, make_user: MakeUser
) -> None:
    # Noon in Shanghai is the same day's evening in Kiritimati, and the day before in Pago Pago.
    for zone, day in (("Pacific/Kiritimati", TODAY), ("Pacific/Pago_Pago", TODAY - timedelta(1))):
        school = make_school(timezone=zone)
        offering = put_offering(alliance, school)
        put(school, offering, make_user(school))
        ctx = make_ctx(school)
        assert [one.day for one in registrations_in_time(ctx, offering_id=offering.id)] == [day]


def test_who_is_added_is_told_and_who_cannot_be_is_counted_with_the_reason(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school, seats=2)
    there, fresh, late = (make_user(school) for _ in range(3))
    shut = make_user(school, status="disabled")
    put(school, offering, there)
    found = {row.user_id: row for row in find_candidates(desk, offering_id=offering.id).rows}
    assert found[there.id].registered
    assert found[shut.id].status == "disabled"
    with unit_of_work(desk):
        ids = [there.id, fresh.id, late.id, shut.id]
        done = add_students(desk, offering_id=offering.id, user_ids=ids)
    assert (done.registered, done.already, done.refused) == (1, 1, {"seats": 1, "disabled": 1})
    assert desk.session.scalars(select(Notice.user_id)).all() == [fresh.id]
    row = desk.session.scalars(select(Registration).where(Registration.user_id == fresh.id)).one()
    assert row.source == "staff"


def test_who_is_removed_reads_why_and_who_waits_gets_the_seat(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_ctx: MakeCtx, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school, seats=1)
    first, second = make_user(school), make_user(school)
    for user in (first, second):
        with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
            register(ctx, offering_id=offering.id)
    for reason in ("", "  ", "长" * 201):
        with pytest.raises(Invalid) as refused:
            remove_students(desk, offering_id=offering.id, user_ids=[first.id], reason=reason)
        assert refused.value.field == "reason"
    with unit_of_work(desk):
        assert remove_students(desk, offering_id=offering.id, user_ids=[first.id], reason="重复选课") == 1
    assert names(desk, offering) == [second.real_name]
    told = {row.user_id: str(row.body) for row in desk.session.scalars(select(Notice))}
    assert "重复选课" in told[first.id]
    assert set(told) == {first.id, second.id}
    actions = desk.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-2:] == ["registration.removed", "registration.promoted"]


def test_staff_admit_from_the_waiting_list_out_of_order_where_seats_allow(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_ctx: MakeCtx, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school, seats=1)
    people = [make_user(school) for _ in range(4)]
    for user in people:
        with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
            register(ctx, offering_id=offering.id)
    last = people[-1]
    listed = list_waiting(desk, offering_id=offering.id)
    assert [(row.user_id, row.position) for row in listed.rows] == [
        (user.id, place) for place, user in enumerate(people[1:], start=1)
    ]
    with pytest.raises(Conflict), unit_of_work(desk):
        admit_waiting(desk, offering_id=offering.id, user_ids=[last.id])
    # After the end of registration nobody is let in by himself any more, so the seat is free.
    later = make_ctx(school, now=NOW + timedelta(20))
    with unit_of_work(later):
        remove_students(later, offering_id=offering.id, user_ids=[people[0].id], reason="休学")
    assert names(later, offering) == []
    with unit_of_work(later):
        assert admit_waiting(later, offering_id=offering.id, user_ids=[last.id]) == 1
        assert remove_waiting(later, offering_id=offering.id, user_ids=[people[1].id]) == 1
    assert names(later, offering) == [last.real_name]
    assert [row.user_id for row in list_waiting(later, offering_id=offering.id).rows] == [people[2].id]
    figures = seat_figures(later, offering_id=offering.id)
    assert (figures.registered, figures.waiting, figures.seats, figures.left) == (1, 1, 1, 0)


def test_a_course_that_is_not_online_takes_nobody_but_lets_go(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school, status="offline")
    there, fresh = make_user(school), make_user(school)
    put(school, offering, there)
    with pytest.raises(Conflict), unit_of_work(desk):
        add_students(desk, offering_id=offering.id, user_ids=[fresh.id])
    with unit_of_work(desk):
        assert remove_students(desk, offering_id=offering.id, user_ids=[there.id], reason="停开") == 1


def test_a_teacher_keeps_the_registrations_of_his_own_courses_only(
    school: SchoolInfo, make_ctx: MakeCtx, make_user: MakeUser, make_teaching: Callable[..., Teaching]
) -> None:
    mine, theirs = make_teaching(school, "甲"), make_teaching(school, "乙")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    with unit_of_work(ctx):
        added = add_students(ctx, offering_id=mine.offering.id, user_ids=[theirs.fresh.id])
    assert added.registered == 1
    assert find_candidates(ctx, offering_id=mine.offering.id, text="\0").rows == ()
    for act in (
        lambda ctx: list_registered(ctx, offering_id=theirs.offering.id),
        lambda ctx: find_candidates(ctx, offering_id=theirs.offering.id),
        lambda ctx: class_figures(ctx, offering_id=theirs.offering.id),
        lambda ctx: list_waiting(ctx, offering_id=theirs.offering.id),
        lambda ctx: export_registrations(ctx, offering_id=theirs.offering.id),
        lambda ctx: add_students(ctx, offering_id=theirs.offering.id, user_ids=[mine.fresh.id]),
        lambda ctx: remove_students(
            ctx, offering_id=theirs.offering.id, user_ids=[theirs.settled.id], reason="无"
        ),
        lambda ctx: admit_waiting(ctx, offering_id=theirs.offering.id, user_ids=[mine.fresh.id]),
        lambda ctx: remove_waiting(ctx, offering_id=theirs.offering.id, user_ids=[mine.fresh.id]),
    ):
        with pytest.raises(NotFound):
            act(ctx)
        with pytest.raises(NotAllowed):
            act(make_ctx(school, Role.STUDENT, user=mine.settled))


def test_what_is_exported_is_noted(
    alliance: SchoolInfo, school: SchoolInfo, desk: Context, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school)
    put(school, offering, make_user(school, real_name="=HYPERLINK(1)"))
    with unit_of_work(desk):
        exported = export_registrations(desk, offering_id=offering.id)
    assert [row.real_name for row in exported.rows] == ["=HYPERLINK(1)"]
    assert desk.session.scalars(select(AuditEntry.action)).all() == ["registration.exported"]
