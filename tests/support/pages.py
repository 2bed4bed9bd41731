"""Helpers that read pages: the form token, and the number of statements of a page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine
from werkzeug.test import TestResponse

from tenants.db import db

_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


def token_of(client: FlaskClient, path: str = "/") -> str:
    """The form token that a page gives to this client's session."""
    found = _TOKEN.search(client.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def post(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Send a form as its page would, token and all."""
    return client.post(path, data={"csrf_token": token_of(client)} | fields)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL that runs meanwhile; what sets up a transaction, or looks a host up every few seconds, is left out."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SET LOCAL", "SELECT schools.id, schools.alliance_id, schools.kind")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def is_cached(client: FlaskClient, path: str) -> bool:
    """Whether a visitor's page comes from the cache: the second of two asks nothing of the database."""
    client.get(path)
    with statements(db.engine) as asked:
        answer = client.get(path)
    assert answer.status_code == 200
    return not asked
