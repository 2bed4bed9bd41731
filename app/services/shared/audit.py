"""The audit row of a write, sealed and committed with it (``app.uow``)."""

from __future__ import annotations

from typing import Any

from app.context import Context
from app.models import AuditEntry

#: An entry of the log, as the management side lists it.
LogEntry = AuditEntry


def record(
    ctx: Context,
    action: str,
    object_type: str,
    object_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Note a write; it becomes a row of the school's chained log when the unit of work commits.

    Args:
        action: past participle of what happened, e.g. ``school.opened``.
        data: plain JSON values; never an ID number, phone or password in clear.
    """
    entry = AuditEntry(
        school_id=ctx.school.id,
        at=ctx.now(),
        actor_id=ctx.actor.user_id,
        actor_name=ctx.actor.name,
        address=ctx.actor.address,
        action=action,
        object_type=object_type,
        object_id=object_id,
        data=data or {},
    )
    ctx.session.info.setdefault("audit", []).append(entry)
