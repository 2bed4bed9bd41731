"""Which class a row means, and which classes have to be created."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

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
    """A class that rows of the file name and the school does not have."""

    name: str
    entry_year: int | None
    id: int = 0
    rows: int = 0
    majors: set[str | None] = field(default_factory=set)


class ClassBook:
    """Finds the class of a row; a class is known by entry year and name."""

    def __init__(self, known: Iterable[KnownClass]) -> None:
        self._by_id: dict[int, KnownClass] = {}
        self._by_name: dict[str, list[KnownClass]] = defaultdict(list)
        self._exact: dict[tuple[str, int | None], KnownClass] = {}
        self._wanted: dict[tuple[str, int | None], WantedClass] = {}
        for one in known:
            self._by_id[one.id] = one
            self._by_name[one.name].append(one)
            self._exact[one.name, one.entry_year] = one

    @property
    def wanted(self) -> list[WantedClass]:
        """The classes to be created, in the file's order."""
        return list(self._wanted.values())

    def find(
        self, name: str, entry_year: int | None, major: str | None, current: int | None
    ) -> KnownClass | WantedClass:
        """The class that a row means.

        A student who is in a class of this name stays in it, and a row without entry year means the one class of this
        name, if there is one only.

        Args:
            current: the class in which the student is.
        """
        exact = self._exact.get((name, entry_year))
        if exact is not None:
            return exact
        present = self._by_id.get(current) if current is not None else None
        if present is not None and present.name == name:
            return present
        same_name = self._by_name.get(name, [])
        if entry_year is None and len(same_name) == 1:
            return same_name[0]
        wanted = self._wanted.setdefault((name, entry_year), WantedClass(name, entry_year))
        wanted.rows += 1
        wanted.majors.add(major)
        return wanted

    def planned(self) -> tuple[PlannedClass, ...]:
        """The classes to be created as the preview shows them; their ids have been reserved."""
        return tuple(
            PlannedClass(
                id=one.id,
                name=one.name,
                entry_year=one.entry_year,
                major=next(iter(one.majors)) if len(one.majors) == 1 else None,
                rows=one.rows,
                others=tuple(
                    OtherYear(other.id, other.number, other.entry_year)
                    for other in self._by_name.get(one.name, [])
                ),
            )
            for one in self._wanted.values()
        )
