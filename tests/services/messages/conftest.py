"""The mails of the test's school."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.models import User
from tenants.registry import SchoolInfo
from tests.support.app import Sent
from tests.support.post import Post


@pytest.fixture
def post(
    school: SchoolInfo, make_user: Callable[..., User], make_ctx: Callable[..., Context], sent: Sent
) -> Post:
    """The mails of the test's school."""
    return Post(school, make_user(school), make_ctx, sent)
