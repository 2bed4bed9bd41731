"""How many people are registered for an offering, as a part of other queries."""

from __future__ import annotations

from sqlalchemy import ScalarSelect, func, select

from app.models import CourseOffering, Enrolment


def registrations_of_offering() -> ScalarSelect[int]:
    """The number of those who are registered now, for the ``CourseOffering`` of the query around it."""
    return (
        select(func.count())
        .select_from(Enrolment)
        .where(
            Enrolment.school_id == CourseOffering.school_id,
            Enrolment.offering_id == CourseOffering.id,
            Enrolment.withdrawn_at.is_(None),
        )
        .correlate(CourseOffering)
        .scalar_subquery()
    )
