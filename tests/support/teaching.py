"""A school in which two teachers each head a class and run a course, for tests of access to own rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.models import CourseOffering, SchoolClass, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, TODAY
from tests.support.courses import put_course, put_offering, put_registration


@dataclass(frozen=True)
class Teaching:
    """A teacher with his class, its students and his course.

    Args:
        settled: a student who has logged in and is registered for ``offering``.
        fresh: one who has never logged in and is registered for nothing.
        shut: one whose account is disabled.
    """

    teacher: User
    class_id: int
    settled: User
    fresh: User
    shut: User
    offering: CourseOffering


def put_class(school: SchoolInfo, **values: Any) -> int:
    """A class of the school; its id is given back."""
    with school_scope(school.id) as session:
        row = SchoolClass(**values)
        session.add(row)
        session.commit()
        return row.id


@pytest.fixture
def make_teaching(alliance: SchoolInfo, make_user: Callable[..., User]) -> Callable[..., Teaching]:
    """Make a teacher with all that is his: ``make_teaching(school, "甲", today=…)``; the mark is in every name."""

    def make(school: SchoolInfo, mark: str, **around: Any) -> Teaching:
        teacher = make_user(school, kind="teacher", real_name=f"{mark}老师", must_change_password=False)
        number = f"2026{teacher.id}"
        name = f"{mark}班"
        class_id = put_class(school, number=number, name=name, entry_year=2026, head_teacher_id=teacher.id)
        course = put_course(alliance, title=f"{mark}课{teacher.id}")
        around = {"today": TODAY, "operating_teacher_id": teacher.id} | around
        offering = put_offering(alliance, school, course, **around)
        settled = make_user(school, real_name=f"{mark}来过", class_id=class_id, last_login_at=NOW)
        fresh = make_user(school, real_name=f"{mark}没来", class_id=class_id)
        shut = make_user(school, real_name=f"{mark}停用", class_id=class_id, status="disabled")
        put_registration(school, offering, settled)
        return Teaching(teacher, class_id, settled, fresh, shut, offering)

    return make
