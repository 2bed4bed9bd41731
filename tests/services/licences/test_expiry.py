"""The end of a licence: told in time, and followed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from app.context import Context
from app.models import CourseOffering, Notice, Registration, User
from app.rules.permissions import Role
from app.services.licences.expiry import tend_licences
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import days, put_course, put_offering, put_registration
from tests.support.rows import stored_row

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


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


def test_an_own_course_and_a_licence_without_end_are_left_alone(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    kept = [put_offering(alliance, school), put_offering(alliance, school, put_course(school))]
    with unit_of_work(make_ctx(school, Role.SYSTEM, now=NOW + timedelta(days=2000))) as ctx:
        assert tend_licences(ctx) == 0
    for offering in kept:
        assert stored_row(school, CourseOffering, id=offering.id).status == "online"
