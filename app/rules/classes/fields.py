"""The form of a class (班级, manual 8.1), read by the rules of the imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.errors import InvalidFields, Message, msg
from app.rules.shared import person_lengths as lengths
from app.rules.shared.cells import Cell, Unreadable
from app.rules.shared.gender_and_years import read_entry_year
from app.rules.shared.texts import read_line

_READERS: Mapping[str, Callable[[Cell, date], Any]] = {
    "name": lambda cell, _: read_line(cell, lengths.CLASS_NAME),
    "entry_year": read_entry_year,
    "major": lambda cell, _: read_line(cell, lengths.MAJOR),
}


@dataclass(frozen=True, slots=True)
class ClassValues:
    """The values of a class; school, entry year and name identify it."""

    name: str
    entry_year: int | None
    major: str | None


def read_class(values: Mapping[str, Cell], today: date) -> ClassValues:
    """Read the fields of a class.

    Args:
        values: ``name``, ``entry_year`` and ``major`` as entered.

    Raises:
        InvalidFields: for every field that is wrong.
    """
    read: dict[str, Any] = {}
    wrong: dict[str, Message] = {}
    for field, reader in _READERS.items():
        try:
            read[field] = reader(values.get(field), today)
        except Unreadable as error:
            wrong[field] = error.message
    if not read.get("name"):
        wrong.setdefault("name", msg("请填写班级名称"))
    if wrong:
        raise InvalidFields(wrong)
    return ClassValues(**read)


def class_label(name: str, entry_year: int | None) -> str:
    """Return the label of a class in forms: the name with the entry year, since names repeat every year."""
    return f"{name} · {entry_year}" if entry_year else name
