"""The class that a person typed for a student: one that is there, or a new one when that is meant."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from app.context import Context
from app.errors import InvalidFields, Message, msg
from app.models import SchoolClass
from app.rules.classes.fields import class_label
from app.services.classes.later_joiners import FollowedClasses, hold_followed
from app.services.classes.numbering import NewClass, create_classes
from app.services.shared.audit import record
from app.services.shared.locks import Lock, school_lock


@dataclass(frozen=True, slots=True)
class ChosenClass:
    """A class of the school; ``created`` when it was made just now."""

    id: int
    name: str
    created: bool


def hold_named(
    ctx: Context, typed: Collection[str], *, create: bool, joining: Collection[int] | None = None
) -> FollowedClasses:
    """Hold the classes that may be meant by what was typed, for an act that puts students into them.

    Args:
        typed: as ``choose_class`` takes them.
        create: one that is not there is wanted.
        joining: the accounts that the act changes; they are held, too, where a class is meant.
    """
    if not typed:
        return FollowedClasses(frozenset(), {})
    if create:
        school_lock(ctx, Lock.CLASS_NAMES)
    names = {name for one in typed for name in _names(one)}
    named = select(SchoolClass.id).where(SchoolClass.name.in_(names))
    return hold_followed(ctx, class_ids=named, joining=joining)


def choose_class(
    ctx: Context, *, typed: str, entry_year: int | None, major: str | None, create: bool
) -> ChosenClass:
    """Find the class, or create it.

    Args:
        typed: a name, or a name with its year as ``class_label`` writes it.
        entry_year: of the student; it tells classes of the same name apart.
        major: of the student, for a new class.
        create: a class that is not there is wanted.

    Raises:
        InvalidFields: ``class_name`` is not there, or several classes have this name.
    """
    found = _find(ctx, typed, entry_year)
    if found is not None:
        return ChosenClass(found.id, found.name, created=False)
    if not create:
        raise _refusal(msg("没有这个班级。请从列表中选择；要新建，请勾选「新建这个班级」"))
    reserved = int(ctx.session.scalar(select(func.nextval("classes_id_seq"))) or 0)
    class_id = create_classes(ctx, wanted=[NewClass(reserved, typed, entry_year, major)])[reserved]
    record(ctx, "class.created", "class", class_id, {"name": typed})
    return ChosenClass(class_id, typed, created=True)


def _find(ctx: Context, typed: str, entry_year: int | None) -> SchoolClass | None:
    year = typed.rpartition(" · ")[2]
    named = SchoolClass.name.in_(_names(typed))
    classes = ctx.session.scalars(select(SchoolClass).where(named)).all()
    for one in classes:
        if year and class_label(one.name, one.entry_year) == typed:
            return one
    same_name = [one for one in classes if one.name == typed]
    for one in same_name:
        if one.entry_year == entry_year:
            return one
    if entry_year is None and len(same_name) > 1:
        raise _refusal(msg("有多个同名的班级，请从列表中选择带年份的一个"))
    # Without a year the one class of this name is meant, as in a file.
    return same_name[0] if same_name and entry_year is None else None


def _names(typed: str) -> set[str]:
    """What a class may be called that was typed with its year, or without."""
    return {typed, typed.rpartition(" · ")[0]} - {""}


def _refusal(reason: Message) -> InvalidFields:
    return InvalidFields({"class_name": reason})
