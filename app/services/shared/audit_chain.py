"""Chaining audit rows: in batches after their commit, each school's under a lock of its own."""

from __future__ import annotations

import logging

from sqlalchemy import delete, insert, select

from app.context import Context
from app.models import AuditEntry, AuditLink, AuditOutbox
from app.rules.shared.audit_chain import Head, next_digest
from app.services.background.outbox import UnitsFor
from app.services.shared.locks import Lock, school_lock
from tenants.db import db
from tenants.registry import find_by_id

log = logging.getLogger("spoc.audit")

#: Rows a transaction; the lock is held for as long.
BATCH = 1000
#: The columns that digests cover, and the row's own digest.
ROW = (
    AuditEntry.school_id, AuditEntry.id, AuditEntry.at, AuditEntry.actor_id, AuditEntry.actor_name, AuditEntry.address,
    AuditEntry.action, AuditEntry.object_type, AuditEntry.object_id, AuditEntry.data, AuditEntry.digest,
)  # fmt: skip


def sweep_audit(*, units_for: UnitsFor) -> int:
    """Chain what waits in all schools; an error in one school holds up no other.

    Args:
        units_for: opens units of work in a school.

    Returns:
        how many rows were chained.
    """
    # Not through a session: those see one school, and the outbox is read before any is known.
    with db.engine.connect() as connection:
        schools = list(
            connection.scalars(select(AuditOutbox.school_id).distinct().order_by(AuditOutbox.school_id))
        )
    return sum(_chain_school(school_id, units_for) for school_id in schools)


def _chain_school(school_id: int, units_for: UnitsFor) -> int:
    school = find_by_id(school_id)
    if school is None:
        return 0
    total = 0
    try:
        units = units_for(school)
        while True:
            with units() as ctx:
                chained = chain_rows(ctx)
            total += chained
            if chained < BATCH:
                return total
    except Exception:
        log.exception("audit rows of %s could not be chained; the next sweep tries again", school.slug)
        return total


def chain_rows(ctx: Context) -> int:
    """Give the school's waiting audit rows their places at the end of its chain, at most ``BATCH``.

    A row becomes visible together with its note in the outbox, so one that was committed late, with a smaller id than
    others have, is not overlooked: it comes at the end. Also what is wrong gets a place, a row that was deleted or put
    in by another hand, and the check will name it: nothing holds up what comes after.

    Returns:
        how many rows.
    """
    session, mine = ctx.session, AuditOutbox.school_id == ctx.school.id
    school_lock(ctx, Lock.AUDIT)
    waiting = session.scalars(
        select(AuditOutbox.audit_id).where(mine).order_by(AuditOutbox.audit_id).limit(BATCH)
    ).all()
    if not waiting:
        return 0
    rows = {row.id: row for row in session.execute(select(*ROW).where(AuditEntry.id.in_(waiting)))}
    head, links = head_of(ctx), []
    for audit_id in waiting:
        head = Head(head.position + 1, next_digest(ctx.vault, head.digest, rows.get(audit_id)))
        links.append(
            {
                "school_id": ctx.school.id,
                "position": head.position,
                "audit_id": audit_id,
                "digest": head.digest,
            }
        )
    session.execute(insert(AuditLink), links)
    session.execute(
        delete(AuditOutbox).where(mine, AuditOutbox.audit_id.in_(waiting)),
        execution_options={"synchronize_session": False},
    )
    return len(links)


def head_of(ctx: Context) -> Head:
    """The last link of the school's chain."""
    last = select(AuditLink.position, AuditLink.digest).order_by(AuditLink.position.desc()).limit(1)
    found = ctx.session.execute(last).first()
    return Head(0, b"") if found is None else Head(found.position, found.digest)
