"""Audit records of writes: committed with the write, chained afterwards (``app.services.shared.audit_chain``)."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import func, select

from app.context import Context
from app.models import AuditEntry
from app.rules.shared.audit_chain import row_text

#: An entry of the log, as the management side lists it.
LogEntry = AuditEntry


def record(
    ctx: Context,
    action: str,
    object_type: str,
    object_id: int | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Record a write in the audit log; the record is committed or rolled back with the write.

    Args:
        action: past participle of what happened, e.g. ``school.opened``.
        data: plain JSON values; never an ID number, phone or password in clear.
    """
    entry = AuditEntry(
        school_id=ctx.school.id,
        # The time is set before the insert, so that the digest covers it. It is asked of the connection: the session
        # would flush.
        id=ctx.session.connection().scalar(select(func.nextval("audit_log_id_seq"))),
        at=ctx.now(),
        actor_id=ctx.actor.user_id,
        actor_name=ctx.actor.name,
        address=ctx.actor.address,
        action=action,
        object_type=object_type,
        object_id=object_id,
        # The data as it will be read back: keys are texts, tuples are lists.
        data=json.loads(json.dumps(data or {})),
    )
    entry.digest = ctx.vault.seal_audit_row(row_text(entry))
    ctx.session.add(entry)
