"""The browsers of the management side, and its forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.pages import token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


@pytest.fixture
def office(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """An administrator's browser."""
    return client_for(
        school, make_user(school, kind="administrator", must_change_password=False, password_hash="x")
    )


@pytest.fixture
def secretary_client(alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """A secretary's browser."""
    return client_for(alliance, make_user(alliance, kind="secretary", must_change_password=False))


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Send a form of the management side, token and all."""
    return client.post(path, data={"csrf_token": token_of(client, "/manage/"), **fields})
