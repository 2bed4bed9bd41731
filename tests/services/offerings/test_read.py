"""One course of a school in a term, as its page reads it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import (
    CourseOffering,
    User,
)
from app.rules.permissions import Action, Role
from app.services.offerings.read import get_school_course, offering_to_edit
from app.services.registrations.self_service import register, withdraw
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering

MakeCtx = Callable[..., Context]


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


def test_a_course_says_whose_it_is_and_what_it_lacks(
    administrator: Context, alliance: SchoolInfo, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    teacher = make_user(school, "teacher", real_name="林素问")
    shared = put_offering(
        alliance, school, licence={"local_assessment": True}, status="unhandled", dated=False
    )
    own = put_offering(alliance, school, put_course(school), operating_teacher_id=teacher.id)
    first, second = (get_school_course(administrator, offering_id=each.id) for each in (shared, own))
    assert (first.own, first.local_assessment, len(first.missing)) == (False, True, 4)
    assert (second.own, second.local_assessment, second.missing) == (True, False, [])
    assert (first.operating_teacher, second.operating_teacher) == (None, "林素问")


def test_who_edits_an_offering_holds_it_until_the_end(
    administrator: Context,
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    offering = put_offering(alliance, school)
    assert offering_to_edit(administrator, offering.id, Action.PUBLISH_OFFERING).id == offering.id
    with pytest.raises(NotFound):
        offering_to_edit(make_ctx(other_school), offering.id, Action.PUBLISH_OFFERING)
    with pytest.raises(NotAllowed):
        offering_to_edit(make_ctx(school, Role.STUDENT), offering.id, Action.PUBLISH_OFFERING)
    here = select(CourseOffering.id).where(CourseOffering.id == offering.id)
    free = here.with_for_update(skip_locked=True)
    assert make_ctx(school).session.scalar(free) is None
    administrator.session.rollback()
    assert make_ctx(school).session.scalar(free) == offering.id
