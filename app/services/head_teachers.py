"""The head teacher (班主任) of a class, chosen by the school's administrators (manual 8.1)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.context import Context
from app.errors import Invalid, NotFound, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.services.access import require
from app.services.audit import record


def head_teacher_choices(ctx: Context, *, class_id: int) -> Sequence[tuple[int, str]]:
    """Id and name of who may head a class: the teachers whose accounts are open, and its present head teacher.

    Raises:
        NotAllowed: the actor may not choose head teachers.
    """
    require(ctx, Action.SET_HEAD_TEACHER)
    present = select(SchoolClass.head_teacher_id).where(SchoolClass.id == class_id).scalar_subquery()
    eligible = (User.kind == "teacher") & (User.status == "active")
    found = ctx.session.execute(
        select(User.id, User.real_name, User.login_name)
        .where(or_(eligible, User.id == present))
        .order_by(User.name_pinyin, User.real_name, User.id)
    )
    return [(number, f"{name} · {login}" if login else name) for number, name, login in found]


def set_head_teacher(ctx: Context, *, class_id: int, teacher_id: int | None) -> SchoolClass:
    """Give a class its head teacher, or none.

    Raises:
        Invalid: ``head_teacher``: no teacher of this school with an open account.
        NotFound: there is no such class.
        NotAllowed: the actor may not choose head teachers.
    """
    require(ctx, Action.SET_HEAD_TEACHER)
    school_class = ctx.session.scalar(select(SchoolClass).where(SchoolClass.id == class_id).with_for_update())
    if school_class is None:
        raise NotFound(msg("没有找到这个班级"))
    if teacher_id == school_class.head_teacher_id:
        return school_class
    before, after = _name(ctx, school_class.head_teacher_id), None
    if teacher_id is not None:
        after = ctx.session.scalar(
            select(User.real_name).where(
                User.id == teacher_id, User.kind == "teacher", User.status == "active"
            )
        )
        if after is None:
            raise Invalid("head_teacher", msg("请选择一位在用的教师"))
    school_class.head_teacher_id = teacher_id
    ctx.session.flush()
    facts = {"old": {"head_teacher": before}, "new": {"head_teacher": after}}
    record(ctx, "class.head_teacher_set", "class", class_id, facts)
    return school_class


def _name(ctx: Context, user_id: int | None) -> str | None:
    return ctx.session.scalar(select(User.real_name).where(User.id == user_id)) if user_id else None
