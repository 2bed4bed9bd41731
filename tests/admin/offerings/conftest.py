"""A new alliance course that a school has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering


@pytest.fixture
def license_to(alliance: SchoolInfo) -> Callable[[SchoolInfo], int]:
    """License a new course to a school; the offering's id is given back."""

    def make(school: SchoolInfo) -> int:
        course = put_course(alliance, title=f"授权课程{school.id}")
        return put_offering(alliance, school, course, status="unhandled", dated=False).id

    return make
