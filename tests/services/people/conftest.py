"""An administrator for the tests of people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from tenants.registry import SchoolInfo

MakeCtx = Callable[..., Context]


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    """An administrator at work."""
    return make_ctx(school)
