"""The choice of the head teacher of a class."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.models import User
from app.rules.permissions import Role
from app.services.classes.head_teachers import head_teacher_choices, set_head_teacher
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.teaching import Teaching

MakeTeaching = Callable[..., Teaching]
MakeCtx = Callable[..., Context]


def test_a_teacher_gives_no_class_a_head_and_sees_no_list_of_colleagues(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine = make_teaching(school, "甲")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    with pytest.raises(NotAllowed):
        set_head_teacher(ctx, class_id=mine.class_id, teacher_id=None)
    with pytest.raises(NotAllowed):
        head_teacher_choices(ctx, class_id=mine.class_id)


def test_the_choice_keeps_a_head_teacher_whose_account_was_shut(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User], make_teaching: MakeTeaching
) -> None:
    mine = make_teaching(school, "甲")
    shut = make_user(school, kind="teacher", status="disabled")
    with unit_of_work(make_ctx(school)) as ctx:
        ctx.session.get_one(User, (school.id, mine.teacher.id)).status = "disabled"
    offered = [number for number, _name in head_teacher_choices(make_ctx(school), class_id=mine.class_id)]
    assert offered == [mine.teacher.id]
    assert shut.id not in offered
    with unit_of_work(make_ctx(school)) as ctx:
        kept = set_head_teacher(ctx, class_id=mine.class_id, teacher_id=mine.teacher.id)
    assert kept.head_teacher_id == mine.teacher.id
