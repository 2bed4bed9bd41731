"""Reading a school's chained log as somebody would who looks for edits."""

from __future__ import annotations

from sqlalchemy import select

from app.context import Context
from app.models import AuditEntry
from app.uow import chain_text


def broken_links(ctx: Context) -> list[int]:
    """Numbers of the audit rows of this school that were edited, removed (the number after the gap) or put in."""
    broken: list[int] = []
    previous = b""
    for number, entry in enumerate(ctx.session.scalars(select(AuditEntry).order_by(AuditEntry.id)), start=1):
        if entry.id != number or ctx.vault.chain(previous, chain_text(entry, entry.id)) != entry.digest:
            broken.append(entry.id)
        previous = entry.digest
    return broken
