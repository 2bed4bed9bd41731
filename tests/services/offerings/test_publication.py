"""慕课列表 of a school: dates, 「上线」 and 「下线」."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, CourseOffering, User
from app.rules.offerings.publication import OfferingStatus
from app.rules.permissions import Role
from app.services.licences.single import end_licence
from app.services.offerings.dates import schedule_offering
from app.services.offerings.publication import NotReady, decline_offer, put_online, take_offline
from app.services.offerings.read import get_school_course
from app.services.registrations.self_service import register, withdraw
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering

MakeCtx = Callable[..., Context]
DATES = {
    "starts_on": date(2026, 9, 20),
    "ends_on": date(2026, 12, 20),
    "registration_starts_on": date(2026, 9, 1),
    "registration_ends_on": date(2026, 9, 19),
}


def test_from_unhandled_to_online_to_offline_and_back(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    offering_id = put_offering(alliance, school, status="unhandled", dated=False).id
    ctx = make_ctx(school)
    with pytest.raises(NotReady) as refused, unit_of_work(ctx):
        put_online(ctx, offering_id=offering_id)
    assert len(refused.value.missing) == 4
    with unit_of_work(ctx):
        schedule_offering(ctx, offering_id=offering_id, **DATES)
        put_online(ctx, offering_id=offering_id)
        with pytest.raises(Conflict):
            put_online(ctx, offering_id=offering_id)
        take_offline(ctx, offering_id=offering_id)
        with pytest.raises(Conflict):
            take_offline(ctx, offering_id=offering_id)
        put_online(ctx, offering_id=offering_id)
    assert get_school_course(ctx, offering_id=offering_id).status is OfferingStatus.ONLINE
    trail = select(AuditEntry.action).where(AuditEntry.object_type == "offering").order_by(AuditEntry.id)
    assert ctx.session.scalars(trail).all() == [
        "offering.scheduled",
        "offering.online",
        "offering.offline",
        "offering.online",
    ]


@pytest.mark.parametrize(
    ("field", "day"),
    [
        ("starts_on", None),
        ("ends_on", None),
        ("registration_starts_on", None),
        ("registration_ends_on", None),
        ("ends_on", date(2026, 9, 19)),
        ("registration_ends_on", date(2026, 8, 31)),
        ("registration_ends_on", date(2026, 12, 21)),
        ("starts_on", date(1026, 9, 1)),
        ("ends_on", date(9999, 1, 1)),
    ],
)
def test_a_wrong_date_is_named_and_nothing_is_stored(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, field: str, day: date | None
) -> None:
    offering_id = put_offering(alliance, school, status="unhandled", dated=False).id
    ctx = make_ctx(school)
    with pytest.raises(Invalid) as refused:
        schedule_offering(ctx, offering_id=offering_id, **(DATES | {field: day}))
    assert refused.value.field == field
    assert get_school_course(ctx, offering_id=offering_id).offering.starts_on is None


def test_who_comes_second_meets_the_state_that_the_first_left(
    alliance: SchoolInfo, school: SchoolInfo, make_ctx: Callable[..., Context]
) -> None:
    offering = put_offering(alliance, school, status="unhandled")
    second = make_ctx(school)
    shown = get_school_course(second, offering_id=offering.id)
    with unit_of_work(make_ctx(school)) as first:
        decline_offer(first, offering_id=offering.id, reason="暂不开设")
    with pytest.raises(Conflict, match="重新考虑"), unit_of_work(second):
        put_online(second, offering_id=offering.id)
    assert shown.offering.status == OfferingStatus.DECLINED


def test_dates_may_change_while_the_course_is_online_and_the_same_dates_are_no_change(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    offering_id = put_offering(alliance, school).id
    ctx = make_ctx(school)
    for typed in (DATES, DATES, DATES | {"ends_on": date(2026, 12, 31)}):
        with unit_of_work(ctx):
            schedule_offering(ctx, offering_id=offering_id, **typed)
    entries = ctx.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "offering.scheduled").order_by(AuditEntry.id)
    ).all()
    assert len(entries) == 2
    assert entries[0].data["new"]["starts_on"] == "2026-09-20"
    assert entries[1].data["old"] == entries[0].data["new"]


def test_a_course_whose_licence_has_ended_is_offline_and_cannot_go_online(
    alliance: SchoolInfo,
    secretariat: Context,
    make_ctx: MakeCtx,
    school: SchoolInfo,
) -> None:
    course = put_course(alliance)
    offering_id = put_offering(alliance, school, course).id
    with unit_of_work(secretariat) as ctx:
        end_licence(ctx, course_id=course.id, school_id=school.id)
    ctx = make_ctx(school)
    row = get_school_course(ctx, offering_id=offering_id)
    assert (row.status, row.licensed) == (OfferingStatus.OFFLINE, False)
    with unit_of_work(ctx):
        take_offline(ctx, offering_id=offering_id)
    with pytest.raises(NotReady):
        put_online(ctx, offering_id=offering_id)


def test_another_schools_course_is_not_there(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    foreign = put_offering(alliance, other_school).id
    put_offering(alliance, school)
    ctx = make_ctx(school)
    for attempt in (
        lambda: get_school_course(ctx, offering_id=foreign),
        lambda: schedule_offering(ctx, offering_id=foreign, **DATES),
        lambda: put_online(ctx, offering_id=foreign),
        lambda: take_offline(ctx, offering_id=foreign),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_who_may_look_and_who_may_act(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    offering_id, runs_it = put_offering(alliance, school).id, make_user(school, kind="teacher")
    with unit_of_work(make_ctx(school)) as ctx:
        ctx.session.get_one(CourseOffering, (school.id, offering_id)).operating_teacher_id = runs_it.id
    teacher, student = make_ctx(school, Role.TEACHER, user=runs_it), make_ctx(school, Role.STUDENT)
    secretary = make_ctx(school, Role.SECRETARY)
    assert get_school_course(teacher, offering_id=offering_id)
    with pytest.raises(NotFound):
        get_school_course(make_ctx(school, Role.TEACHER, user=make_user(school)), offering_id=offering_id)
    for ctx in (teacher, student, secretary):
        for attempt in (
            lambda ctx=ctx: schedule_offering(ctx, offering_id=offering_id, **DATES),
            lambda ctx=ctx: put_online(ctx, offering_id=offering_id),
            lambda ctx=ctx: take_offline(ctx, offering_id=offering_id),
        ):
            with pytest.raises(NotAllowed):
                attempt()


def test_registrations_are_counted_without_those_who_left(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    offering_id = put_offering(alliance, school).id
    for leaves in (False, False, True):
        with unit_of_work(make_ctx(school, Role.STUDENT, user=make_user(school))) as ctx:
            register(ctx, offering_id=offering_id)
            if leaves:
                withdraw(ctx, offering_id=offering_id)
    assert get_school_course(make_ctx(school), offering_id=offering_id).registrations == 2
