"""The courses and classes of a teacher."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.rules.permissions import Role
from app.services.me.teaching import list_headed, list_taught
from tenants.registry import SchoolInfo
from tests.support.teaching import Teaching

MakeCtx = Callable[..., Context]


def test_a_teacher_sees_what_he_runs_assists_in_and_heads(
    school: SchoolInfo, make_ctx: MakeCtx, make_teaching: Callable[..., Teaching]
) -> None:
    mine, _ = make_teaching(school, "甲"), make_teaching(school, "乙")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    (course,) = list_taught(ctx)
    assert (course.offering_id, course.operates, course.registrations) == (mine.offering.id, True, 1)
    (headed,) = list_headed(ctx)
    assert (headed.id, headed.students) == (mine.class_id, 3)


def test_nobody_teaches_without_an_account(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    for act in (list_taught, list_headed):
        with pytest.raises(NotAllowed):
            act(make_ctx(school, Role.STUDENT))
