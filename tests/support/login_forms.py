"""The forms of people who have not logged in, or are only about to."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

#: A password that the rules take.
GOOD = "correct-horse-battery"


def form_token(client: FlaskClient, path: str = "/login") -> str:
    """The form token that a page carries."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def send_form(client: FlaskClient, path: str, page: str = "/login", **fields: str) -> TestResponse:
    """Fill in the form of a page and send it."""
    return client.post(path, data={"csrf_token": form_token(client, page)} | fields)


def log_in(client: FlaskClient, account: str | None, password: str, **fields: str) -> TestResponse:
    """Log in by the form."""
    return send_form(client, "/login", account=account or "", password=password, **fields)
