"""The demo's alliance courses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from app.demo.data_files import load
from app.services.courses.create_and_release import CourseContent


@dataclass(frozen=True, slots=True)
class Renewal:
    """The changes of a course's second version, and the secretariat's note on them."""

    values: Mapping[str, object]
    note: str


@dataclass(frozen=True, slots=True)
class DemoCourse:
    """A course and the name of its cover; the plans of the schools refer to it by ``key``."""

    key: str
    cover: str
    content: CourseContent
    renewal: Renewal | None = None


@dataclass(frozen=True, slots=True)
class _File:
    courses: tuple[DemoCourse, ...]


@cache
def alliance_courses() -> tuple[DemoCourse, ...]:
    """Return all courses of the alliance in the order of their creation."""
    return load(_File, "courses.toml").courses
