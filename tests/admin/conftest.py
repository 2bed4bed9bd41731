"""Browsers of the management side: each on its school's host, with that host's cookies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.app import IsolatedClient


class Browser(IsolatedClient):
    """A client that lives on one host."""

    base_url = "http://localhost"

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.base_url)
        return super().open(*args, **kwargs)


@pytest.fixture
def client_for(app: Flask) -> Callable[..., FlaskClient]:
    """A browser on a school's host, logged in when a user is given."""

    def make(school: SchoolInfo, user: User | None = None) -> FlaskClient:
        browser = Browser(app, app.response_class)
        browser.base_url = "http://localhost" if school.is_alliance else f"http://{school.slug}.localhost"
        if user is not None:
            with browser.session_transaction(base_url=browser.base_url) as session:
                session["_user_id"] = str(user.id)
                session["_fresh"] = True
        return browser

    return make
