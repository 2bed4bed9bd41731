"""The number of students in a class, as an expression for queries over classes."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, func, select

from app.models import SchoolClass, User


def class_size(*conditions: ColumnElement[bool]) -> Select[int]:
    """Count the students of the class of each row; the enclosing query has ``SchoolClass``.

    Args:
        conditions: on ``User``: which students count.
    """
    return (
        select(func.count())
        .select_from(User)
        .where(User.school_id == SchoolClass.school_id, User.class_id == SchoolClass.id)
        .where(User.kind == "student", *conditions)
        .correlate(SchoolClass)
    )
