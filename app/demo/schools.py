"""The demo's alliance and schools, with their people and their plans for courses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from app.demo.data_files import load

#: The password of every demo account except the newcomer's.
PASSWORD = "demo-spoc-2026"  # noqa: S105 (printed in the README; the demo's data are invented)


@dataclass(frozen=True, slots=True)
class Plan:
    """A school's plan for a course.

    Args:
        course: the course's key.
        days: days from today for start and end, start and end of registration; ``None`` leaves the course 待提交.
        seats: the seats that the licence grants.
        full_at: the seats that the school offers, so that the course is full when all students have registered.
    """

    course: str
    days: tuple[int, int, int, int] | None = None
    seats: int | None = None
    full_at: int | None = None


@dataclass(frozen=True, slots=True)
class DemoClass:
    """A class and the names of its students."""

    name: str
    entry_year: int
    major: str
    students: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quota:
    """The most accounts and own courses that a school may have."""

    people: int
    own_courses: int


@dataclass(frozen=True, slots=True)
class DemoSchool:
    """A school with its people; its emblem has the name of its slug."""

    slug: str
    unit_code: str
    name: str
    short_name: str
    accent: str
    administrator: str
    teachers: tuple[str, ...]
    help_contact: str
    classes: tuple[DemoClass, ...]
    plans: tuple[Plan, ...]
    quota: Quota | None = None


@dataclass(frozen=True, slots=True)
class Secretary:
    """The secretariat's account."""

    login: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoAlliance:
    """The alliance."""

    name: str
    accent: str
    secretary: Secretary


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A student of the first school who still has the initial password, derived from the ID number."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class GraduatedClass:
    """A graduated class, which every school has archived."""

    name: str
    major: str
    years_ago: int


@dataclass(frozen=True, slots=True)
class Members:
    """The content of ``schools.toml``."""

    alliance: DemoAlliance
    newcomer: Newcomer
    graduated: GraduatedClass
    schools: tuple[DemoSchool, ...]


@cache
def members() -> Members:
    """Return the alliance, its schools and their people."""
    return load(Members, "schools.toml")
