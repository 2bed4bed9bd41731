"""The figures of the management side's first page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed
from app.models import User
from app.rules.permissions import Role
from app.services.schools.overview import SchoolFigures, count_school
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.pages import statements
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]


def test_people_classes_courses_and_registrations_of_the_school_are_counted_in_one_query(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    student = make_user(school, last_login_at=NOW)
    make_user(school)
    make_user(school, kind="teacher")
    make_user(other_school)
    put_class(school, number="2026001", name="一班")
    put_class(school, number="2019001", name="旧班", archived_at=NOW)
    online = put_offering(alliance, school)
    put_offering(alliance, school, status="unhandled")
    put_offering(alliance, school, put_course(school), status="unhandled")
    put_registration(school, online, student)
    with statements(db.engine) as seen:
        figures = count_school(make_ctx(school))
    assert figures == SchoolFigures(
        students=2,
        unused=1,
        teachers=1,
        classes=1,
        offerings=3,
        unhandled=1,
        online=1,
        registrations=1,
    )
    assert len(seen) == 1


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT])
def test_figures_are_for_administrators(make_ctx: MakeCtx, school: SchoolInfo, role: Role) -> None:
    with pytest.raises(NotAllowed):
        count_school(make_ctx(school, role))
