"""An administrator, a class and a course for the tests of classes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import CourseOffering
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_course, put_offering
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    """An administrator at work."""
    return make_ctx(school)


@pytest.fixture
def class_id(school: SchoolInfo) -> int:
    """A class without students."""
    return put_class(school, number="2026001", name="一班", entry_year=2026)


@pytest.fixture
def offering(alliance: SchoolInfo, school: SchoolInfo) -> CourseOffering:
    """A course whose registration by students has not begun."""
    dates = {"registration_starts_on": days(3), "registration_ends_on": days(5)}
    return put_offering(alliance, school, put_course(school, title="内科学"), **dates)
