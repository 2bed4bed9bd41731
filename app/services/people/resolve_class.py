"""The class that a person typed for a student: an existing class, or a new one on request."""

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
    """A class of the school; ``created`` if it was created just now."""

    id: int
    name: str
    created: bool


def hold_named(
    ctx: Context, typed: Collection[str], *, create: bool, joining: Collection[int] | None = None
) -> FollowedClasses:
    """Lock the classes that the typed names may mean, for a service that puts students into them.

    Args:
        typed: as ``choose_class`` takes them.
        create: create a class that does not exist.
        joining: the accounts that the service changes; they are locked, too, where a class is meant.
    """
    if not typed:
        return FollowedClasses(frozenset(), {})
    if create:
        school_lock(ctx, Lock.CLASS_NAMES)
    names = {name for text in typed for name in _names(text)}
    named = select(SchoolClass.id).where(SchoolClass.name.in_(names))
    return hold_followed(ctx, class_ids=named, joining=joining)


def choose_class(
    ctx: Context, *, typed: str, entry_year: int | None, major: str | None, create: bool
) -> ChosenClass:
    """Find the class, or create it.

    Args:
        typed: a name, or a name with its year as ``class_label`` writes it.
        entry_year: of the student; it distinguishes classes of the same name.
        major: of the student, for a new class.
        create: create a class that does not exist.

    Raises:
        InvalidFields: ``class_name`` does not exist, or several classes have this name.
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
    for school_class in classes:
        if year and class_label(school_class.name, school_class.entry_year) == typed:
            return school_class
    same_name = [school_class for school_class in classes if school_class.name == typed]
    for school_class in same_name:
        if school_class.entry_year == entry_year:
            return school_class
    if entry_year is None and len(same_name) > 1:
        raise _refusal(msg("有多个同名的班级，请从列表中选择带年份的一个"))
    # Without a year the only class of this name is meant, as in a file.
    return same_name[0] if same_name and entry_year is None else None


def _names(typed: str) -> set[str]:
    """Return the possible names of a class that was typed with its year, or without."""
    return {typed, typed.rpartition(" · ")[0]} - {""}


def _refusal(reason: Message) -> InvalidFields:
    return InvalidFields({"class_name": reason})
