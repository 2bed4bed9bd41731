"""A student, and the student at work."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import User
from app.rules.permissions import Role
from tenants.registry import SchoolInfo

MakeCtx = Callable[..., Context]


@pytest.fixture
def student(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    """A student."""
    return make_user(school)


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo, student: User) -> Context:
    """The student at work."""
    return make_ctx(school, Role.STUDENT, user=student)
