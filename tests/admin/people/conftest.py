"""An administrator with a name, and their browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


@pytest.fixture
def administrator(school: SchoolInfo, make_user: MakeUser) -> User:
    """An administrator with an own password."""
    return make_user(school, kind="administrator", must_change_password=False, real_name="林主任")


@pytest.fixture
def client(school: SchoolInfo, administrator: User, client_for: ClientFor) -> FlaskClient:
    """The administrator's browser."""
    return client_for(school, administrator)
