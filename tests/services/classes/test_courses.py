"""The courses of a class, and which of its students are registered for one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotFound
from app.rules.permissions import Role
from app.services.classes.courses import get_class_course, list_registrations
from app.services.classes.students import StudentSort
from tenants.registry import SchoolInfo
from tests.support.courses import put_registration
from tests.support.teaching import Teaching

MakeTeaching = Callable[..., Teaching]
MakeCtx = Callable[..., Context]


def test_registrations_of_a_class_leave_out_other_classes_and_who_withdrew(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine, theirs = make_teaching(school, "甲"), make_teaching(school, "乙")
    put_registration(school, mine.offering, theirs.settled)
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    place = {"class_id": mine.class_id, "offering_id": mine.offering.id}
    assert get_class_course(ctx, **place).registered == 1
    assert [one.id for one in list_registrations(ctx, **place, registered=True).rows] == [mine.settled.id]
    missing = list_registrations(ctx, **place, registered=False, sort=StudentSort.NAME)
    assert {one.id for one in missing.rows} == {mine.fresh.id, mine.shut.id}
    first = list_registrations(ctx, **place, sort=StudentSort.REGISTERED, descending=True).rows[0]
    assert first.id == mine.settled.id
    assert first.registered_at is not None
    with pytest.raises(NotFound):
        get_class_course(ctx, class_id=mine.class_id, offering_id=999_999_999)
