"""An administrator at work on registrations."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import User
from tenants.registry import SchoolInfo

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


@pytest.fixture
def desk(make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser) -> Context:
    """An administrator at work."""
    return make_ctx(school, user=make_user(school, "administrator"))
