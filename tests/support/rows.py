"""Rows as the database has them now, for tests that look behind a use case or a page."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import select

from app.context import Context
from app.models import AuditEntry, Registration, User, WaitingPlace
from tenants.registry import SchoolInfo
from tenants.scope import school_scope

Row = TypeVar("Row")


def row_of(school: SchoolInfo, user: User) -> User:
    """The account as the database has it now."""
    return stored_row(school, User, id=user.id)


def own_row(ctx: Context) -> User:
    """The acting person's account as the database has it now."""
    return stored_row(ctx.school, User, id=ctx.actor.user_id)


def stored_row(school: SchoolInfo, model: type[Row], **same: object) -> Row:
    """The one row of a table in which these columns have these values."""
    with school_scope(school.id) as session:
        return session.scalars(select(model).filter_by(**same)).one()


def audit_of(school: SchoolInfo, action: str) -> list[AuditEntry]:
    """The audit rows of an act, the oldest first."""
    with school_scope(school.id) as session:
        return list(
            session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        )


def members(ctx: Context, class_id: int) -> set[int]:
    """The students of a class."""
    ctx.session.expire_all()
    return set(ctx.session.scalars(select(User.id).where(User.class_id == class_id)))


def registered(ctx: Context, offering_id: int) -> set[int]:
    """The people who are registered for an offering."""
    ctx.session.expire_all()
    active = (Registration.offering_id == offering_id, Registration.withdrawn_at.is_(None))
    return set(ctx.session.scalars(select(Registration.user_id).where(*active)))


def waiting(ctx: Context, offering_id: int) -> list[int]:
    """The people on the waiting list of an offering, in its order."""
    statement = select(WaitingPlace.user_id).where(WaitingPlace.offering_id == offering_id)
    return list(ctx.session.scalars(statement.order_by(WaitingPlace.id)))
