"""Reading the audit log; ``app.services.audit`` writes it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from app.context import Context
from app.models import AuditEntry
from app.rules.permissions import Action
from app.services.access import require
from app.services.paging import Page

PAGE_SIZE = 50


def list_audit(
    ctx: Context, *, action: str | None = None, person: str = "", page: int = 1, size: int = PAGE_SIZE
) -> Page[AuditEntry]:
    """Entries of the school's log, latest first.

    Args:
        action: exactly this act, e.g. ``roster.imported``.
        person: part of the acting person's name.
        page: from 1.

    Raises:
        NotAllowed: the actor may not see the log.
    """
    require(ctx, Action.SEE_AUDIT)
    conditions: list[ColumnElement[bool]] = []
    if action:
        conditions.append(AuditEntry.action == action)
    name = person.replace("\x00", "").strip()
    if name:
        conditions.append(AuditEntry.actor_name.icontains(name, autoescape=True))
    total = ctx.session.scalar(select(func.count()).select_from(AuditEntry).where(*conditions)) or 0
    statement = select(AuditEntry).where(*conditions).order_by(AuditEntry.id.desc())
    rows = ctx.session.scalars(statement.limit(size).offset((page - 1) * size))
    return Page(tuple(rows), total, page, size)


def audit_actions(ctx: Context) -> Sequence[str]:
    """The acts that the school's log holds."""
    require(ctx, Action.SEE_AUDIT)
    return list(ctx.session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))
