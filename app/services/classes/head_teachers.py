"""The head teacher (班主任) of a class, chosen by the school's administrators (manual 8.1)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from app.context import Context
from app.errors import Invalid, NotFound, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.rules.shared.cells import without_marks
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require
from app.services.shared.search import words

_FIELD = "head_teacher"
#: How many of several matching teachers are named.
_NAMED = 5


def head_teacher_choices(ctx: Context, *, class_id: int) -> Sequence[tuple[int, str]]:
    """Return id and name of possible head teachers: the teachers with active accounts, and the present head teacher.

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


def find_head_teacher(ctx: Context, *, typed: str, present_id: int | None) -> int | None:
    """Return the teacher that the typed text means: as ``head_teacher_choices`` writes them, or a part that is unique.

    Args:
        typed: name, pinyin, initials or login name; empty means nobody.
        present_id: the present head teacher, who may stay although the account is disabled.

    Raises:
        Invalid: ``head_teacher``: nobody is found, or several people are.
    """
    text = without_marks(typed).strip()
    if not text:
        return None
    name, _, login = text.rpartition(" · ")
    compact = "".join(text.split())
    eligible = or_((User.kind == "teacher") & (User.status == "active"), User.id == (present_id or 0))
    exact = or_(
        User.real_name == text, User.login_name == text, (User.real_name == name) & (User.login_name == login)
    )
    columns = (User.real_name, User.name_pinyin, User.name_initials, User.login_name)
    part = words(compact, *columns)
    for condition in (exact, part):
        found = ctx.session.execute(
            select(User.id, User.real_name, User.login_name)
            .where(eligible, condition)
            .order_by(User.real_name, User.id)
            .limit(_NAMED + 1)
        ).all()
        if len(found) == 1:
            return int(found[0].id)
        if found:
            names = tuple(f"{teacher.real_name} · {teacher.login_name or '—'}" for teacher in found[:_NAMED])
            raise Invalid(_FIELD, msg("有多位教师符合：%(names)s。请从列表中选择一位", names=names))
    raise Invalid(_FIELD, msg("没有找到在用的教师“%(typed)s”，请从列表中选择", typed=text[:64]))


def name_of(ctx: Context, user_id: int | None) -> str | None:
    """Return the name of an account, if an id is given."""
    return ctx.session.scalar(select(User.real_name).where(User.id == user_id)) if user_id else None


def set_head_teacher(ctx: Context, *, class_id: int, teacher_id: int | None) -> SchoolClass:
    """Set the head teacher of a class, or remove the present one.

    Raises:
        Invalid: ``head_teacher``: no teacher of this school with an active account.
        NotFound: there is no such class.
        NotAllowed: the actor may not choose head teachers.
    """
    require(ctx, Action.SET_HEAD_TEACHER)
    query = select(SchoolClass).where(SchoolClass.id == class_id)
    school_class = ctx.session.scalar(locking(query, SchoolClass, Hold.WRITE))
    if school_class is None:
        raise NotFound(msg("没有找到这个班级"))
    if teacher_id == school_class.head_teacher_id:
        return school_class
    before, after = name_of(ctx, school_class.head_teacher_id), None
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
