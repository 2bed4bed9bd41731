"""The teachers of an offering: found, appointed, told and removed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import Notice, OfferingAssistant, User
from app.rules.permissions import Role
from app.services.offerings.read import get_school_course
from app.services.offerings.staff import (
    add_assistants,
    find_teachers,
    list_staff,
    remove_assistant,
    set_operating_teacher,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_offering

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


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
