"""An administrator at work on the courses of a school."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from tenants.registry import SchoolInfo

MakeCtx = Callable[..., Context]


@pytest.fixture
def administrator(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    """An administrator at work."""
    return make_ctx(school)
