"""The demo's alliance courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.demo.data_files import load
from app.services.courses.create_and_release import CourseContent


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a second version of a course changed, and what the secretariat said of it."""

    values: Mapping[str, object]
    note: str


@dataclass(frozen=True, slots=True)
class DemoCourse:
    """A course and the name of its cover; ``key`` names it in the plans of the schools."""

    key: str
    cover: str
    content: CourseContent
    renewal: Renewal | None = None


@dataclass(frozen=True, slots=True)
class _File:
    courses: tuple[DemoCourse, ...]


@cache
def alliance_courses() -> tuple[DemoCourse, ...]:
    """All courses of the alliance, in the order in which they are made."""
    return load(_File, "courses.toml").courses
