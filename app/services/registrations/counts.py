"""The registrations for an offering and their number, as expressions for other queries."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select

from app.models import CourseOffering, Registration, User


def registrations_of_offering(*of_whom: ColumnElement[bool]) -> ScalarSelect[int]:
    """Return the number of current registrations, for the ``CourseOffering`` of the enclosing query.

    Args:
        of_whom: conditions on ``User``: only these people are counted.
    """
    counted = select(func.count()).select_from(Registration)
    if of_whom:
        same_person = and_(User.school_id == Registration.school_id, User.id == Registration.user_id)
        counted = counted.join(User, same_person).where(*of_whom)
    return (
        counted.where(
            Registration.school_id == CourseOffering.school_id,
            Registration.offering_id == CourseOffering.id,
            Registration.withdrawn_at.is_(None),
        )
        .correlate(CourseOffering)
        .scalar_subquery()
    )


def registered_for(offering_id: int) -> ColumnElement[bool]:
    """Return the condition that joins ``Registration`` to the ``User`` of a query: the active one for an offering."""
    return and_(
        Registration.school_id == User.school_id,
        Registration.user_id == User.id,
        Registration.offering_id == offering_id,
        Registration.withdrawn_at.is_(None),
    )
