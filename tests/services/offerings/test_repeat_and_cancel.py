"""An alliance course at a school: declining, terms, seats, the school's own assessment, staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import CourseOffering, LicenceAnswer, Notice, OfferingAssistant, Registration, School, User
from app.rules.courses.assessment import Assessment, Component, Kind
from app.rules.offerings.publication import OfferingStatus
from app.rules.permissions import Role
from app.services.alliance.settings import set_policy
from app.services.licences.expiry import tend_licences
from app.services.offerings.assessment import assessment_of, set_local_assessment
from app.services.offerings.dates import schedule_offering
from app.services.offerings.publication import NotReady, decline_offer, put_online, reconsider_offer
from app.services.offerings.read import get_school_course
from app.services.offerings.repeat_and_cancel import drop_term, list_terms, offer_again, open_terms
from app.services.offerings.staff import (
    add_assistants,
    find_teachers,
    list_staff,
    remove_assistant,
    set_operating_teacher,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import dates, days, put_course, put_offering, put_registration

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]

OWN = Assessment((Component(Kind.VIDEO, "", 40), Component(Kind.EXAM, "", 60)), 70)


@pytest.fixture
def administrator(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    return make_ctx(school)


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


def test_offering_again_is_a_new_offering_and_leaves_the_registrations_of_the_old_one(
    administrator: Context, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    teacher, assistant, student = (
        make_user(school, "teacher"),
        make_user(school, "teacher"),
        make_user(school),
    )
    offering = put_offering(alliance, school, operating_teacher_id=teacher.id, seats=30)
    put_registration(school, offering, student)
    with unit_of_work(administrator) as ctx:
        add_assistants(ctx, offering_id=offering.id, user_ids=[assistant.id])
    assert open_terms(administrator, offering_id=offering.id)[0] == "2026-2027-2"
    with unit_of_work(administrator) as ctx:
        again = offer_again(ctx, offering_id=offering.id, term="2026-2027-2")
    assert (again.status, again.starts_on, again.seats) == ("unhandled", None, 30)
    assert [(one.operates, one.real_name) for one in list_staff(administrator, offering_id=again.id)] == [
        (True, teacher.real_name),
        (False, assistant.real_name),
    ]
    terms = list_terms(administrator, offering_id=offering.id)
    assert [(one.term, one.registrations) for one in terms] == [("2026-2027-2", 0), ("2026-2027-1", 1)]
    with pytest.raises(Invalid) as refused, unit_of_work(administrator) as ctx:
        offer_again(ctx, offering_id=offering.id, term="2026-2027-2")
    assert refused.value.field == "term"
    counted = select(func.count()).select_from(CourseOffering).where(CourseOffering.school_id == school.id)
    assert administrator.session.scalar(counted) == 2


def test_a_term_opened_by_mistake_is_taken_back_before_students_saw_it(
    administrator: Context, make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, operating_teacher_id=make_user(school, "teacher").id)
    for term in ("2025-2026-2", "2030-2031-1", "spring"):
        with pytest.raises(Invalid, match="学期"), unit_of_work(administrator) as ctx:
            offer_again(ctx, offering_id=offering.id, term=term)
    with unit_of_work(administrator) as ctx:
        again = offer_again(ctx, offering_id=offering.id, term="2026-2027-2")
        add_assistants(ctx, offering_id=again.id, user_ids=[make_user(school, "teacher").id])
    with pytest.raises(Conflict, match="下线"), unit_of_work(administrator) as ctx:
        drop_term(ctx, offering_id=offering.id)
    teacher = make_user(school, "teacher")
    with pytest.raises(NotAllowed), unit_of_work(make_ctx(school, Role.TEACHER, user=teacher)) as ctx:
        drop_term(ctx, offering_id=again.id)
    with unit_of_work(administrator) as ctx:
        assert drop_term(ctx, offering_id=again.id).id == offering.id
    assert [one.offering_id for one in list_terms(administrator, offering_id=offering.id)] == [offering.id]
    alone = put_offering(alliance, school, status="unhandled")
    with pytest.raises(Conflict, match="唯一"), unit_of_work(administrator) as ctx:
        drop_term(ctx, offering_id=alone.id)


def test_seats_stay_within_the_licence(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, licence={"seats": 50})
    wished = dates(0, 9, 0, 5)
    for wrong in (0, 51):
        with pytest.raises(Invalid) as refused, unit_of_work(administrator) as ctx:
            schedule_offering(ctx, offering_id=offering.id, seats=wrong, **wished)
        assert refused.value.field == "seats"
    with unit_of_work(administrator) as ctx:
        assert schedule_offering(ctx, offering_id=offering.id, seats=50, **wished).seats == 50


def test_a_teacher_schedules_his_own_schools_course_and_not_the_alliances(
    make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    teacher = make_user(school, "teacher")
    ctx = make_ctx(school, Role.TEACHER, user=teacher)
    wished = dates(0, 9, 0, 5)
    licensed = put_offering(alliance, school, operating_teacher_id=teacher.id)
    with pytest.raises(NotAllowed), unit_of_work(ctx):
        schedule_offering(ctx, offering_id=licensed.id, **wished)
    own = put_course(school)
    undated = {"status": "unhandled", "dated": False}
    mine = put_offering(alliance, school, own, operating_teacher_id=teacher.id, **undated)
    theirs = put_offering(alliance, school, own, term="2026-2027-2", **undated)
    with unit_of_work(ctx):
        schedule_offering(ctx, offering_id=mine.id, **wished)
    with pytest.raises(NotFound), unit_of_work(ctx):
        schedule_offering(ctx, offering_id=theirs.id, **wished)


def test_an_assessment_of_its_own_only_where_the_licence_allows_it(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    locked = put_offering(alliance, school)
    with pytest.raises(NotAllowed), unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=locked.id, assessment=OWN)
    free = put_offering(alliance, school, licence={"local_assessment": True})
    with pytest.raises(Invalid), unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=free.id, assessment=Assessment(OWN.components[:1], 60))
    with unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=free.id, assessment=OWN)
    row = get_school_course(administrator, offering_id=free.id).offering
    assert assessment_of(row, row.course) == OWN
    with unit_of_work(administrator) as ctx:
        set_local_assessment(ctx, offering_id=free.id, assessment=None)
    assert assessment_of(row, row.course) is None


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


def test_staff_is_found_appointed_told_and_removed(
    administrator: Context, make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:  # fmt: skip
    offering = put_offering(alliance, school)
    lead = make_user(school, "teacher", real_name="林素问", name_pinyin="linsuwen", name_initials="lsw")
    helper = make_user(school, "teacher", real_name="赵灵枢", name_pinyin="zhaolingshu", name_initials="zls")
    gone = make_user(school, "teacher", real_name="林停用", name_pinyin="lintingyong", status="disabled")
    student = make_user(school, real_name="林学生", name_pinyin="linxuesheng")
    stranger = make_user(other_school, "teacher", real_name="林别校", name_pinyin="linbiexiao")
    found = find_teachers(administrator, offering_id=offering.id, text="林")
    assert [one.real_name for one in found.rows] == ["林素问"]
    assert find_teachers(administrator, offering_id=offering.id, text="zls").total == 1
    assert find_teachers(administrator, offering_id=offering.id, text="lin", page=9).total == 2
    with unit_of_work(administrator) as ctx:
        set_operating_teacher(ctx, offering_id=offering.id, user_id=helper.id)
        set_operating_teacher(ctx, offering_id=offering.id, user_id=lead.id)
        assert add_assistants(ctx, offering_id=offering.id, user_ids=[helper.id]) == 1
        assert add_assistants(ctx, offering_id=offering.id, user_ids=[helper.id]) == 0
    shown = [(one.real_name, one.operates, one.assists) for one in list_staff(ctx, offering_id=offering.id)]
    assert shown == [("林素问", True, False), ("赵灵枢", False, True)]
    for wrong in (gone, student, stranger):
        with pytest.raises(Invalid), unit_of_work(administrator) as ctx:
            set_operating_teacher(ctx, offering_id=offering.id, user_id=wrong.id)
        with pytest.raises(Invalid), unit_of_work(administrator) as ctx:
            add_assistants(ctx, offering_id=offering.id, user_ids=[helper.id, wrong.id])
    with pytest.raises(Conflict, match="林素问"), unit_of_work(administrator) as ctx:
        add_assistants(ctx, offering_id=offering.id, user_ids=[lead.id])
    told = select(func.count()).select_from(Notice).where(Notice.user_id == helper.id)
    assert administrator.session.scalar(told) == 2
    # An assistant reaches the course, and no more once he was removed.
    assistant = make_ctx(school, Role.TEACHER, user=helper)
    assert get_school_course(assistant, offering_id=offering.id)
    with pytest.raises(NotAllowed), unit_of_work(assistant) as ctx:
        remove_assistant(ctx, offering_id=offering.id, user_id=helper.id)
    with unit_of_work(administrator) as ctx:
        assert remove_assistant(ctx, offering_id=offering.id, user_id=helper.id) == "赵灵枢"
    with pytest.raises(NotFound):
        get_school_course(make_ctx(school, Role.TEACHER, user=helper), offering_id=offering.id)
    left = (
        select(func.count())
        .select_from(OfferingAssistant)
        .where(OfferingAssistant.offering_id == offering.id)
    )
    assert administrator.session.scalar(left) == 0


def test_the_end_of_a_licence_is_told_twice_and_takes_the_course_offline_by_itself(
    make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    boss = make_user(school, "administrator")
    teacher, student = make_user(school, "teacher"), make_user(school)
    offering = put_offering(
        alliance, school, licence={"ends_on": days(40)}, operating_teacher_id=teacher.id, ends_on=days(200)
    )
    put_registration(school, offering, student)
    subjects = select(Notice.subject).where(Notice.school_id == school.id, Notice.user_id == boss.id)

    def run(day: int) -> int:
        with unit_of_work(make_ctx(school, Role.SYSTEM, now=NOW + timedelta(days=day))) as ctx:
            return tend_licences(ctx)

    def told() -> list[str]:
        with school_scope(school.id) as session:
            rows = session.scalars(subjects.order_by(Notice.id)).all()
            return [row["text"] % row["params"] if row["params"] else row["text"] for row in rows]

    assert (run(5), told()) == (0, [])
    # Nothing ran on day 10; the notice of 30 days comes later, and once.
    for day in (12, 13, 20):
        assert run(day) == 0
    assert told() == ["课程授权将在 30 天内结束"]
    for day in (34, 40):
        assert run(day) == 0
    assert told()[1:] == ["课程授权将在 7 天内结束"]
    assert run(41) == 1
    assert run(42) == 0
    assert told()[2:] == ["课程授权已结束，课程已下线"]
    with school_scope(school.id) as session:
        assert session.get_one(CourseOffering, (school.id, offering.id)).status == "offline"
        assert session.scalar(select(func.count()).select_from(Registration)) == 1
        mine = select(func.count()).select_from(Notice).where(Notice.user_id == teacher.id)
        assert session.scalar(mine) == 3


def test_a_licence_that_has_not_begun_does_not_hold(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, licence={"starts_on": days(1)}, status="unhandled")
    with pytest.raises(NotReady, match="未开始"), unit_of_work(administrator) as ctx:
        put_online(ctx, offering_id=offering.id)
