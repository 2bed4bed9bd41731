"""A class of the school."""

from __future__ import annotations

import pytest

from tenants.registry import SchoolInfo
from tests.support.teaching import put_class


@pytest.fixture
def class_id(school: SchoolInfo) -> int:
    """A class without students."""
    return put_class(school, number="2026001", name="一班", entry_year=2026, major="药学")
