"""「上线」 and 「下线」, and declining of a licensed course."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import (
    AuditEntry,
    CourseOffering,
    LicenceAnswer,
    School,
    User,
)
from app.rules.offerings.publication import OfferingStatus
from app.rules.permissions import Role
from app.services.alliance.settings import set_policy
from app.services.licences.single import end_licence
from app.services.offerings.dates import schedule_offering
from app.services.offerings.publication import (
    NotReady,
    decline_offer,
    put_online,
    reconsider_offer,
    take_offline,
)
from app.services.offerings.read import get_school_course
from app.services.offerings.repeat_and_cancel import offer_again
from app.services.offerings.staff import (
    set_operating_teacher,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import days, put_course, put_offering

MakeUser = Callable[..., User]
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


def test_a_school_declines_with_a_reason_that_the_alliance_reads_and_thinks_better_of_it(
    administrator: Context,
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    offering = put_offering(alliance, school, status="unhandled")
    with pytest.raises(Invalid) as refused, unit_of_work(administrator) as ctx:
        decline_offer(ctx, offering_id=offering.id, reason="  ")
    assert refused.value.field == "reason"
    with unit_of_work(administrator) as ctx:
        decline_offer(ctx, offering_id=offering.id, reason="本学期没有相应的教师")
    answers = select(LicenceAnswer.reason).where(LicenceAnswer.school_id == school.id)
    assert make_ctx(alliance, Role.SECRETARY).session.scalars(answers).all() == ["本学期没有相应的教师"]
    assert make_ctx(other_school).session.scalars(answers).all() == []
    with pytest.raises(Conflict, match="重新考虑"), unit_of_work(administrator) as ctx:
        put_online(ctx, offering_id=offering.id)
    with unit_of_work(administrator) as ctx:
        reconsider_offer(ctx, offering_id=offering.id)
    assert make_ctx(alliance, Role.SECRETARY).session.scalars(answers).all() == []
    assert get_school_course(administrator, offering_id=offering.id).status is OfferingStatus.UNHANDLED


def test_a_course_in_use_in_another_term_and_an_online_one_are_not_declined(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school)
    with unit_of_work(administrator) as ctx:
        again = offer_again(ctx, offering_id=offering.id, term="2026-2027-2")
    for one in (offering.id, again.id):
        with pytest.raises(Conflict), unit_of_work(administrator) as ctx:
            decline_offer(ctx, offering_id=one, reason="不用")


def test_the_alliances_policy_asks_for_an_operating_teacher(
    administrator: Context, make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, status="unhandled")
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        set_policy(ctx, requires_operating_teacher=True)
    try:
        with pytest.raises(NotReady, match="运营教师"), unit_of_work(administrator) as ctx:
            put_online(ctx, offering_id=offering.id)
        assert get_school_course(administrator, offering_id=offering.id).teacher_missing
        teacher = make_user(school, "teacher")
        with unit_of_work(administrator) as ctx:
            set_operating_teacher(ctx, offering_id=offering.id, user_id=teacher.id)
        # Whoever has left the school runs no course.
        for status in ("disabled", "active"):
            with school_scope(school.id) as session:
                session.get_one(User, (school.id, teacher.id)).status = status
                session.commit()
            missing = get_school_course(administrator, offering_id=offering.id).teacher_missing
            assert missing == (status == "disabled")
        with unit_of_work(administrator) as ctx:
            put_online(ctx, offering_id=offering.id)
    finally:
        with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
            set_policy(ctx, requires_operating_teacher=False)
    with pytest.raises(NotAllowed), unit_of_work(administrator) as ctx:
        set_policy(ctx, requires_operating_teacher=True)
    rule = select(School.requires_operating_teacher).where(School.id == alliance.id)
    assert administrator.session.scalar(rule) is False


def test_a_licence_that_has_not_begun_does_not_hold(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, licence={"starts_on": days(1)}, status="unhandled")
    with pytest.raises(NotReady, match="未开始"), unit_of_work(administrator) as ctx:
        put_online(ctx, offering_id=offering.id)
