"""The class of each row, and the classes that have to be created."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.rules.imports.class_names import class_key
from app.services.imports.shared.summary import OtherYear, PlannedClass


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class of the school."""

    id: int
    number: str
    name: str
    entry_year: int | None


@dataclass(slots=True)
class WantedClass:
    """A class that rows of the file name and that the school does not have."""

    name: str
    entry_year: int | None
    id: int = 0
    rows: int = 0
    majors: set[str | None] = field(default_factory=set)


class ClassBook:
    """Finds the class of a row by entry year and name."""

    def __init__(self, known: Iterable[KnownClass]) -> None:
        self._by_id: dict[int, KnownClass] = {}
        self._by_key: dict[str, list[KnownClass]] = defaultdict(list)
        self._exact: dict[tuple[str, int | None], KnownClass] = {}
        self._wanted: dict[tuple[str, int | None], WantedClass] = {}
        self._keys: dict[str, str] = {}
        self._spellings: dict[str, dict[str, None]] = defaultdict(dict)
        for school_class in known:
            self._by_id[school_class.id] = school_class
            self._by_key[class_key(school_class.name)].append(school_class)
            self._exact[school_class.name, school_class.entry_year] = school_class

    @property
    def spellings(self) -> dict[str, list[str]]:
        """The other spellings in the file, by the name of the class."""
        return {name: list(others) for name, others in self._spellings.items()}

    @property
    def wanted(self) -> list[WantedClass]:
        """The classes to be created, in the file's order."""
        return list(self._wanted.values())

    def find(
        self, name: str, entry_year: int | None, major: str | None, current: int | None
    ) -> KnownClass | WantedClass:
        """Return the class of a row.

        A student who is in a class of this name stays in it, and a row without entry year means the only class of
        this name, if there is only one. Spellings that differ only in blanks, brackets, width or case mean one class.

        Args:
            current: the present class of the student.
        """
        found = self._find(name, entry_year, major, current)
        if found.name != name:
            self._spellings[found.name].setdefault(name)
        return found

    def _find(
        self, name: str, entry_year: int | None, major: str | None, current: int | None
    ) -> KnownClass | WantedClass:
        exact = self._exact.get((name, entry_year))
        if exact is not None:
            return exact
        key = self._key_of(name)
        alike = self._by_key.get(key, [])
        same_year = [known for known in alike if known.entry_year == entry_year]
        if same_year:
            return same_year[0]
        present = self._by_id.get(current) if current is not None else None
        if present is not None and self._key_of(present.name) == key:
            return present
        if entry_year is None and len(alike) == 1:
            return alike[0]
        planned = self._wanted.setdefault((key, entry_year), WantedClass(name, entry_year))
        planned.rows += 1
        planned.majors.add(major)
        return planned

    def _key_of(self, name: str) -> str:
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = class_key(name)
        return key

    def planned(self) -> tuple[PlannedClass, ...]:
        """Return the classes to be created as the preview shows them; their ids have been reserved."""
        return tuple(
            PlannedClass(
                id=wanted.id,
                name=wanted.name,
                entry_year=wanted.entry_year,
                major=next(iter(wanted.majors)) if len(wanted.majors) == 1 else None,
                rows=wanted.rows,
                others=tuple(
                    OtherYear(other.id, other.number, other.entry_year)
                    for other in self._by_key.get(class_key(wanted.name), [])
                ),
            )
            for wanted in self._wanted.values()
        )
