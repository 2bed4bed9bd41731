"""Fixtures of the browser tests: their schools, people and contexts are those of the running installation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tenants.registry import forget_schools
from tests.support.live import LiveServer


@pytest.fixture
def app(live_server: LiveServer) -> Iterator[Flask]:
    """The application of this process on the running installation's database."""
    forget_schools()
    yield live_server.app
    forget_schools()
