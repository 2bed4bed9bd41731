"""Offering a course again in another term, and dropping a term."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed
from app.models import CourseOffering, User
from app.rules.permissions import Role
from app.services.offerings.repeat_and_cancel import drop_term, list_terms, offer_again, open_terms
from app.services.offerings.staff import (
    add_assistants,
    list_staff,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_offering, put_registration

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


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
