"""Who is registered for an offering, and how many are, as parts of other queries."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select

from app.models import CourseOffering, Enrolment, User


def registrations_of_offering(*of_whom: ColumnElement[bool]) -> ScalarSelect[int]:
    """The number of those who are registered now, for the ``CourseOffering`` of the query around it.

    Args:
        of_whom: conditions on ``User``: only such people are counted.
    """
    counted = select(func.count()).select_from(Enrolment)
    if of_whom:
        theirs = and_(User.school_id == Enrolment.school_id, User.id == Enrolment.user_id)
        counted = counted.join(User, theirs).where(*of_whom)
    return (
        counted.where(
            Enrolment.school_id == CourseOffering.school_id,
            Enrolment.offering_id == CourseOffering.id,
            Enrolment.withdrawn_at.is_(None),
        )
        .correlate(CourseOffering)
        .scalar_subquery()
    )


def registered_for(offering_id: int) -> ColumnElement[bool]:
    """The registration that the ``User`` of a query has for an offering now, to join ``Enrolment`` by."""
    return and_(
        Enrolment.school_id == User.school_id,
        Enrolment.user_id == User.id,
        Enrolment.offering_id == offering_id,
        Enrolment.withdrawn_at.is_(None),
    )
