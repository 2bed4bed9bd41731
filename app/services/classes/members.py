"""Moving students into and out of classes (「关联学生」, manual 8.2); the classes that they leave are named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, literal, select, update

from app.context import Context
from app.errors import Conflict, NotFound, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.services.classes.edit import lock_class, require_in_use
from app.services.classes.later_joiners import follow_joiners, hold_followed
from app.services.classes.lists import get_class
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require

#: How many students who leave a class are named.
NAMED = 5
_MARK = "class_id"


@dataclass(frozen=True, slots=True)
class Leaving:
    """Students who would leave a class for another.

    Args:
        names: of the first few.
    """

    class_id: int
    class_name: str
    students: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Association:
    """The effect of 「关联」.

    Args:
        joining: students who join the class, including those who leave another class.
        already: students who are in it.
        leaving: the classes that lose students.
        registered: registrations written because later joiners follow the class.
    """

    joining: int
    already: int
    leaving: tuple[Leaving, ...]
    registered: int = 0


def preview_association(ctx: Context, *, class_id: int, user_ids: Collection[int]) -> Association:
    """Return what 「关联」 of these students would do.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class, or one of them is no student of this school.
        Conflict: nobody is ticked, or the class is archived.
    """
    require(ctx, Action.MANAGE_CLASSES)
    if get_class(ctx, class_id=class_id).archived_at is not None:
        require_in_use(lock_class(ctx, class_id=class_id))
    return _plan(class_id, _students(ctx, user_ids, hold=False))


def associate(
    ctx: Context, *, class_id: int, user_ids: Collection[int], leaving: int | None = None
) -> Association:
    """Put students into a class, whatever class they are in, in one statement (「关联」).

    Args:
        leaving: how many, as the acting person was told, leave another class; ``None``: nobody may.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class, or one of them is no student of this school.
        Conflict: nobody is ticked, the class is archived, or other numbers leave than the person was told.
    """
    school_class = lock_class(ctx, class_id=class_id)
    require_in_use(school_class)
    followed = hold_followed(ctx, class_ids=[class_id], joining=user_ids)
    plan = _plan(class_id, _students(ctx, user_ids, hold=True))
    if sum(leaving_class.students for leaving_class in plan.leaving) != (leaving or 0):
        raise Conflict(msg("学生所在的班级刚刚有变化，没有进行任何操作，请核对后再试"))
    if plan.joining == 0:
        return plan
    put_into(ctx, user_ids=user_ids, class_id=class_id)
    facts = {"students": plan.joining, "user_ids": sorted(set(user_ids))}
    classes_left = {leaving_class.class_name: leaving_class.students for leaving_class in plan.leaving}
    record(
        ctx,
        "class.students_added",
        "class",
        class_id,
        facts | ({"left": classes_left} if classes_left else {}),
    )
    registered = follow_joiners(ctx, followed)
    return Association(plan.joining, plan.already, plan.leaving, registered)


def dissociate(ctx: Context, *, class_id: int, user_ids: Collection[int]) -> int:
    """Take students out of the class (「删除」); they keep their accounts and registrations.

    Returns:
        the number of students who left; those who are not in the class are ignored.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class, or one of them is no student of this school.
        Conflict: nobody is ticked.
    """
    lock_class(ctx, class_id=class_id)
    inside = [
        user_id
        for user_id, (_, present, _) in _students(ctx, user_ids, hold=True).items()
        if present == class_id
    ]
    if inside:
        put_into(ctx, user_ids=inside, class_id=None)
        facts = {"students": len(inside), "user_ids": sorted(inside)}
        record(ctx, "class.students_removed", "class", class_id, facts)
    return len(inside)


def put_into(ctx: Context, *, user_ids: Collection[int], class_id: int | None) -> None:
    """Change the class of students in one statement, marked as an edit by hand so that no import overwrites it unseen.

    The caller has locked their rows and writes the audit row.
    """
    marked: ColumnElement[list[str]] = case(
        (literal(_MARK) == func.any(User.edited_columns), User.edited_columns),
        else_=func.array_append(User.edited_columns, _MARK),
    )
    ctx.session.execute(
        update(User)
        .where(User.id.in_(user_ids), User.kind == "student", User.class_id.is_distinct_from(class_id))
        .values(class_id=class_id, edited_columns=marked, updated_at=ctx.now()),
        execution_options={"synchronize_session": False},
    )


def _students(
    ctx: Context, user_ids: Collection[int], *, hold: bool
) -> dict[int, tuple[str, int | None, str | None]]:
    """Return name, class and the class's name of each student; all of them must be students of this school."""
    if not user_ids:
        raise Conflict(msg("请先勾选学生"))
    query = (
        select(User.id, User.real_name, User.class_id, SchoolClass.name)
        .outerjoin(User.school_class)
        .where(User.id.in_(user_ids), User.kind == "student")
        .order_by(User.id)
    )
    if hold:
        query = locking(query, User, Hold.WRITE)
    found = {row.id: (row.real_name, row.class_id, row.name) for row in ctx.session.execute(query)}
    if len(found) != len(set(user_ids)):
        raise NotFound(msg("没有找到这名学生"))
    return found


def _plan(class_id: int, students: dict[int, tuple[str, int | None, str | None]]) -> Association:
    left: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    already = 0
    for real_name, present, class_name in students.values():
        if present == class_id:
            already += 1
        elif present is not None:
            left.setdefault(present, []).append(real_name)
            names[present] = class_name or ""
    leaving = tuple(
        Leaving(present, names[present], len(people), tuple(people[:NAMED]))
        for present, people in left.items()
    )
    return Association(len(students) - already, already, leaving)
