"""The student whose requests the tests follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from app.models import SchoolClass, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope

MakeUser = Callable[..., User]


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    with school_scope(school.id) as session:
        here = SchoolClass(number="2024001", name="临床一班", entry_year=2024)
        there = SchoolClass(number="2024002", name="临床二班", entry_year=2024)
        session.add_all([here, there])
        session.commit()
    return make_user(
        school,
        real_name="张三锋",
        gender="male",
        birth_date=date(2005, 1, 2),
        entry_year=2024,
        study_years=5,
        class_id=here.id,
        email="zhang@example.com",
    )
