"""How many people are registered for an offering, as a part of other queries."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select

from app.models import CourseOffering, Registration, User


def registrations_of_offering(*of_whom: ColumnElement[bool]) -> ScalarSelect[int]:
    """The number of those who are registered now, for the ``CourseOffering`` of the query around it.

    Args:
        of_whom: conditions on ``User``: only such people are counted.
    """
    counted = select(func.count()).select_from(Registration)
    if of_whom:
        theirs = and_(User.school_id == Registration.school_id, User.id == Registration.user_id)
        counted = counted.join(User, theirs).where(*of_whom)
    return (
        counted.where(
            Registration.school_id == CourseOffering.school_id,
            Registration.offering_id == CourseOffering.id,
            Registration.withdrawn_at.is_(None),
        )
        .correlate(CourseOffering)
        .scalar_subquery()
    )
