"""A school whose figures are there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models import SchoolFigure
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, TODAY


@pytest.fixture
def counted(school: SchoolInfo) -> SchoolInfo:
    """A school that counted 40 days ago and today."""
    with school_scope(school.id) as session:
        for back, people in ((40, 80), (0, 100)):
            session.add(
                SchoolFigure(
                    day=TODAY - timedelta(days=back),
                    alliance_id=school.alliance_id,
                    people=people,
                    activated=50,
                    courses_online=3,
                    registrations=7,
                    last_activity_at=NOW,
                )
            )
        session.commit()
    return school
