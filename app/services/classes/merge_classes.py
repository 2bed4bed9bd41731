"""Moving all students of a class into another one (整班转入); with a preview, undoable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import SchoolClass, User
from app.rules.permissions import Action
from app.services.classes.edit import lock_class, require_in_use
from app.services.classes.head_teachers import name_of
from app.services.classes.later_joiners import (
    FOLLOW,
    LaterJoiners,
    follow_joiners,
    hold_followed,
    list_later_joiners,
)
from app.services.classes.lists import ClassRow, get_class
from app.services.classes.members import put_into
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require


@dataclass(frozen=True, slots=True)
class MovePreview:
    """The effect of a move.

    Args:
        source: the class that the students leave, with its students and head teacher.
        target: the class that the students join, with its present students.
        kept: courses of the source; its students keep these registrations.
        follow: courses of the target for which later joiners are registered at once.
        ask: its courses for which the question is still open.
    """

    source: ClassRow
    target: ClassRow
    kept: tuple[str, ...]
    follow: tuple[str, ...]
    ask: tuple[str, ...]

    @property
    def may_take_teacher(self) -> bool:
        """Whether the target could get the source's 班主任: it has none of its own."""
        return self.target.head_teacher_id is None and self.source.head_teacher_id is not None


@dataclass(frozen=True, slots=True)
class Moved:
    """A completed move; what ``undo_move`` needs."""

    source_id: int
    target_id: int
    user_ids: tuple[int, ...]
    archived: bool
    registered: int


def preview_move(ctx: Context, *, source_id: int, target_id: int) -> MovePreview:
    """Return what moving all students of a class into another would do.

    Raises:
        NotAllowed: only administrators may.
        NotFound: one of the classes does not exist.
        Invalid: ``target``: it is the class itself.
        Conflict: the target is archived, or the source has no students.
    """
    require(ctx, Action.MANAGE_CLASSES)
    _require_other(source_id, target_id)
    source, target = (get_class(ctx, class_id=class_id) for class_id in (source_id, target_id))
    if target.archived_at is not None:
        raise Conflict(msg("班级“%(name)s”已归档，请先恢复", name=target.name))
    if source.students == 0:
        raise Conflict(msg("班级“%(name)s”还没有学生，请先关联学生", name=source.name))
    courses = list_later_joiners(ctx, class_id=target_id)
    return MovePreview(
        source,
        target,
        kept=tuple(course.title for course in list_later_joiners(ctx, class_id=source_id)),
        follow=_titles(courses, follow=True),
        ask=_titles(courses, follow=False),
    )


def move_class(
    ctx: Context,
    *,
    source_id: int,
    target_id: int,
    students: int,
    archive: bool = False,
    take_teacher: bool = False,
) -> Moved:
    """Move all students of a class into another one; registrations stay with the students.

    Args:
        students: how many the preview showed.
        archive: archive the emptied class.
        take_teacher: give the target the source's 班主任 if it has none.

    Raises:
        NotAllowed: only administrators may.
        NotFound: one of the classes does not exist.
        Invalid: ``target``: it is the class itself.
        Conflict: the target is archived, or the students have changed since the preview.
    """
    _require_other(source_id, target_id)
    source, target = _lock_both(ctx, source_id, target_id)
    require_in_use(target)
    inside = select(User.id).where(User.kind == "student", User.class_id == source_id)
    followed = hold_followed(ctx, class_ids=[target_id], joining=inside)
    user_ids = tuple(ctx.session.scalars(locking(inside, User, Hold.WRITE)))
    if not user_ids or len(user_ids) != students:
        raise Conflict(msg("班级的学生刚刚有变化，没有进行任何操作，请核对后再试"))
    put_into(ctx, user_ids=user_ids, class_id=target_id)
    takes_teacher = take_teacher and target.head_teacher_id is None and source.head_teacher_id is not None
    if takes_teacher:
        target.head_teacher_id = source.head_teacher_id
    archived = archive and source.archived_at is None
    if archived:
        source.archived_at = ctx.now()
    ctx.session.flush()
    facts = {
        "from": source.name,
        "to": target.name,
        "students": len(user_ids),
        "archived": archived,
        "user_ids": list(user_ids),
    }
    if takes_teacher:
        facts["head_teacher"] = name_of(ctx, target.head_teacher_id) or ""
    record(ctx, "class.students_moved", "class", target_id, facts)
    registered = follow_joiners(ctx, followed)
    return Moved(source_id, target_id, user_ids, archived, registered)


def undo_move(
    ctx: Context, *, source_id: int, target_id: int, user_ids: Collection[int], restore: bool
) -> int:
    """Move students back who are still in the class that they were moved into.

    Registrations that the move caused stay; they are undone in the list of 选课.

    Args:
        restore: the move had archived the source, so take it back into use.

    Returns:
        the number of students who went back.

    Raises:
        NotAllowed: only administrators may.
        NotFound: one of the classes no longer exists.
    """
    source, target = _lock_both(ctx, source_id, target_id)
    there = (User.kind == "student", User.class_id == target_id, User.id.in_(user_ids))
    back = list(ctx.session.scalars(locking(select(User.id).where(*there), User, Hold.WRITE)))
    put_into(ctx, user_ids=back, class_id=source_id)
    if restore:
        source.archived_at = None
    ctx.session.flush()
    facts = {"from": target.name, "to": source.name, "students": len(back), "user_ids": back}
    record(ctx, "class.move_undone", "class", source_id, facts)
    return len(back)


def _lock_both(ctx: Context, source_id: int, target_id: int) -> tuple[SchoolClass, SchoolClass]:
    """Return both classes, locked in the order of their ids, so that two moves never wait for each other."""
    found = {class_id: lock_class(ctx, class_id=class_id) for class_id in sorted((source_id, target_id))}
    if len(found) != 2:
        raise NotFound(msg("没有找到这个班级"))
    return found[source_id], found[target_id]


def _require_other(source_id: int, target_id: int) -> None:
    if source_id == target_id:
        raise Invalid("target", msg("请选择另一个班级"))


def _titles(courses: Collection[LaterJoiners], *, follow: bool) -> tuple[str, ...]:
    answer = FOLLOW if follow else "ask"
    return tuple(course.title for course in courses if course.answer == answer)
