"""Creating, changing, archiving and deleting classes (manual 8.1); the system assigns the number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, InvalidFields, NotFound, msg
from app.models import ClassCourse, SchoolClass, User
from app.rules.classes.fields import ClassValues, read_class
from app.rules.permissions import Action
from app.rules.shared.cells import Cell, display_text
from app.services.classes.head_teachers import find_head_teacher, name_of
from app.services.classes.numbering import next_class_numbers
from app.services.shared.audit import record
from app.services.shared.locks import Hold, Lock, locking, school_lock
from app.services.shared.require_permission import require

_COLUMNS = ("name", "entry_year", "major")


def create_class(ctx: Context, *, values: Mapping[str, Cell]) -> SchoolClass:
    """Add a class.

    Args:
        values: ``name``, ``entry_year``, ``major`` and ``head_teacher`` as typed.

    Raises:
        NotAllowed: only administrators may.
        InvalidFields: with the fields that are wrong; also when a class of this entry year has the name.
    """
    require(ctx, Action.MANAGE_CLASSES)
    typed = read_class(values, ctx.today())
    school_lock(ctx, Lock.CLASS_NAMES)
    teacher_id = find_head_teacher(ctx, typed=display_text(values.get("head_teacher")), present_id=None)
    _require_free(ctx, typed, None)
    (number,) = next_class_numbers(ctx, years=[typed.entry_year])
    made = SchoolClass(school_id=ctx.school.id, number=number, head_teacher_id=teacher_id, **_as_dict(typed))
    ctx.session.add(made)
    ctx.session.flush()
    facts = {"name": made.name, "number": number, "head_teacher": name_of(ctx, teacher_id)}
    record(ctx, "class.created", "class", made.id, {key: value for key, value in facts.items() if value})
    return made


def edit_class(ctx: Context, *, class_id: int, values: Mapping[str, Cell]) -> SchoolClass:
    """Change a class; its number stays.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class.
        InvalidFields: as ``create_class``.
    """
    require(ctx, Action.MANAGE_CLASSES)
    school_lock(ctx, Lock.CLASS_NAMES)
    # Name and entry year are a key.
    found = lock_class(ctx, class_id=class_id, hold=Hold.REPLACE)
    typed = read_class(values, ctx.today())
    teacher_id = find_head_teacher(
        ctx, typed=display_text(values.get("head_teacher")), present_id=found.head_teacher_id
    )
    _require_free(ctx, typed, found.id)
    old = {name: getattr(found, name) for name in _COLUMNS} | {
        "head_teacher": name_of(ctx, found.head_teacher_id)
    }
    new = _as_dict(typed) | {"head_teacher": name_of(ctx, teacher_id)}
    changed = [name for name in new if old[name] != new[name]]
    if found.head_teacher_id == teacher_id and not changed:
        return found
    for name, value in _as_dict(typed).items():
        setattr(found, name, value)
    found.head_teacher_id = teacher_id
    ctx.session.flush()
    facts = {"old": {name: old[name] for name in changed}, "new": {name: new[name] for name in changed}}
    record(ctx, "class.edited", "class", found.id, facts)
    return found


def archive_class(ctx: Context, *, class_id: int) -> SchoolClass:
    """Remove a graduated class from the list (归档); its students and their registrations stay as they are.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class.
        Conflict: it is archived already.
    """
    found = lock_class(ctx, class_id=class_id)
    require_in_use(found)
    found.archived_at = ctx.now()
    ctx.session.flush()
    record(ctx, "class.archived", "class", found.id, {"name": found.name})
    return found


def restore_class(ctx: Context, *, class_id: int) -> SchoolClass:
    """Return an archived class to use (恢复).

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class.
        Conflict: it is not archived.
    """
    found = lock_class(ctx, class_id=class_id)
    if found.archived_at is None:
        raise Conflict(msg("班级没有归档，无需恢复"))
    found.archived_at = None
    ctx.session.flush()
    record(ctx, "class.restored", "class", found.id, {"name": found.name})
    return found


def delete_class(ctx: Context, *, class_id: int) -> str:
    """Delete an empty class; a refusal says what is in the way.

    Returns:
        the name of the class.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class.
        Conflict: it has students, or courses that it was registered for.
    """
    require(ctx, Action.DELETE_CLASS)
    found = lock_class(ctx, class_id=class_id, hold=Hold.REPLACE)
    students = ctx.session.scalar(select(func.count()).select_from(User).where(User.class_id == found.id))
    if students:
        raise Conflict(msg("不能删除：班级里还有 %(n)s 名学生，请先把他们移出班级或转入其他班级", n=students))
    courses = ctx.session.scalar(
        select(func.count()).select_from(ClassCourse).where(ClassCourse.class_id == found.id)
    )
    if courses:
        raise Conflict(
            msg("不能删除：班级已统一选课 %(n)s 门，请先撤销选课；不再使用的班级也可以归档", n=courses)
        )
    ctx.session.delete(found)
    ctx.session.flush()
    record(ctx, "class.deleted", "class", class_id, {"name": found.name, "number": found.number})
    return found.name


def lock_class(ctx: Context, *, class_id: int, hold: Hold = Hold.WRITE) -> SchoolClass:
    """Return a class that the actor may manage, fresh and locked until the end of this transaction.

    Args:
        hold: ``REPLACE`` where nothing may refer to it meanwhile.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class.
    """
    require(ctx, Action.MANAGE_CLASSES)
    found = ctx.session.scalar(
        locking(select(SchoolClass).where(SchoolClass.id == class_id), SchoolClass, hold)
    )
    if found is None:
        raise NotFound(msg("没有找到这个班级"))
    return found


def require_in_use(school_class: SchoolClass) -> None:
    """Refuse actions that are not allowed on archived classes.

    Raises:
        Conflict: it is archived.
    """
    if school_class.archived_at is not None:
        raise Conflict(msg("班级“%(name)s”已归档，请先恢复", name=school_class.name))


def _require_free(ctx: Context, typed: ClassValues, class_id: int | None) -> None:
    """Check under the lock on names that the entry year and the name, which identify a class, are free."""
    same = select(SchoolClass).where(
        SchoolClass.name == typed.name, SchoolClass.entry_year.is_not_distinct_from(typed.entry_year)
    )
    other = ctx.session.scalar(same)
    if other is None or other.id == class_id:
        return
    if other.archived_at is not None:
        raise InvalidFields(
            {
                "name": msg(
                    "同一入学年份已有这个班级（编号 %(number)s，已归档），可以恢复它", number=other.number
                )
            }
        )
    raise InvalidFields({"name": msg("同一入学年份已有这个班级（编号 %(number)s）", number=other.number)})


def _as_dict(typed: ClassValues) -> dict[str, Any]:
    return {name: getattr(typed, name) for name in _COLUMNS}
