"""A student and their browser, for the pages of the student side."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.models import User
from app.services.shared.password_hashes import hash_password
from tenants.registry import SchoolInfo
from tests.support.login_forms import GOOD

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    """A student with a password of their own."""
    return make_user(
        school, real_name="张三锋", must_change_password=False, password_hash=hash_password(GOOD)
    )


@pytest.fixture
def client(client_for: ClientFor, school: SchoolInfo, student: User) -> FlaskClient:
    """The student, logged in."""
    return client_for(school, student)
