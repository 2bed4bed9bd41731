"""Registrations as the database keeps them, with their day and where they came from."""

from __future__ import annotations

from datetime import timedelta

from app.models import CourseOffering, Registration, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW


def put_registrations(
    school: SchoolInfo, offering: CourseOffering, *users: User, days: int = 0, source: str = "self"
) -> None:
    """Register people, so many days after today."""
    with school_scope(school.id) as session:
        moment = NOW + timedelta(days)
        session.add_all(
            Registration(offering_id=offering.id, user_id=user.id, registered_at=moment, source=source)
            for user in users
        )
        session.commit()
