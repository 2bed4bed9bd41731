"""Creation of classes; the system assigns the number of a class (manual 8.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.models import SchoolClass
from app.services.shared.locks import Lock, school_lock

_YEAR_DIGITS = 4
_OURS = "^[0-9]{5,}$"


@dataclass(frozen=True, slots=True)
class NewClass:
    """A class to be created under an id that was reserved for it."""

    id: int
    name: str
    entry_year: int | None
    major: str | None


def create_classes(ctx: Context, *, wanted: Sequence[NewClass]) -> dict[int, int]:
    """Create classes with numbers; a class that exists by now is used as it is.

    The caller has checked what the actor may do, and writes the audit row.

    Returns:
        the reserved id of every class to the id under which it exists.
    """
    present: dict[int, int] = {}
    numbers = next_class_numbers(ctx, years=[new.entry_year for new in wanted])
    for new, number in zip(wanted, numbers, strict=True):
        values = {
            "school_id": ctx.school.id,
            "id": new.id,
            "number": number,
            "name": new.name,
            "entry_year": new.entry_year,
            "major": new.major,
        }
        # The lock on the numbers keeps others from creating the same class at this moment.
        unless_there = insert(SchoolClass).values(values).on_conflict_do_nothing()
        created = ctx.session.scalar(unless_there.returning(SchoolClass.id))
        present[new.id] = created if created is not None else _find(ctx, new)
    return present


def next_class_numbers(ctx: Context, *, years: Sequence[int | None]) -> list[str]:
    """Return numbers for new classes; until the end of this transaction nobody else takes any at this school.

    A number is the entry year, or this year where there is none, and a serial of at least three digits: 2026001.

    Args:
        years: entry year of each class.
    """
    school_lock(ctx, Lock.CLASS_NAMES)
    serial = func.max(cast(func.substr(SchoolClass.number, _YEAR_DIGITS + 1), Integer))
    year = func.left(SchoolClass.number, _YEAR_DIGITS)
    highest = select(year, serial).where(SchoolClass.number.regexp_match(_OURS)).group_by(year)
    last: Counter[str] = Counter({row[0]: row[1] for row in ctx.session.execute(highest)})
    numbers: list[str] = []
    for entry_year in years:
        prefix = f"{entry_year or ctx.today().year:04d}"
        last[prefix] += 1
        numbers.append(f"{prefix}{last[prefix]:03d}")
    return numbers


def _find(ctx: Context, one: NewClass) -> int:
    same = (SchoolClass.name == one.name, SchoolClass.entry_year.is_not_distinct_from(one.entry_year))
    return ctx.session.scalars(select(SchoolClass.id).where(*same)).one()
