"""Chaining of audit rows: in batches after their commit, under one lock a school."""

from __future__ import annotations

import logging

from sqlalchemy import delete, insert, select

from app.context import Context
from app.models import AuditEntry, AuditLink, AuditOutbox
from app.rules.shared.audit_chain import Head, next_digest
from app.services.background.outbox import UnitOfWorkFactoryFor
from app.services.shared.locks import Lock, school_lock
from tenants.db import db
from tenants.registry import find_by_id

log = logging.getLogger("spoc.audit")

#: Rows a transaction; the lock is held as long.
BATCH = 1000
#: The columns that digests cover, and the row's own digest.
ROW = (
    AuditEntry.school_id, AuditEntry.id, AuditEntry.at, AuditEntry.actor_id, AuditEntry.actor_name, AuditEntry.address,
    AuditEntry.action, AuditEntry.object_type, AuditEntry.object_id, AuditEntry.data, AuditEntry.digest,
)  # fmt: skip


def sweep_audit(*, units_for: UnitOfWorkFactoryFor) -> int:
    """Chain the waiting audit rows of all schools; an error in one school does not stop the others.

    Args:
        units_for: opens units of work in a school.

    Returns:
        the number of rows that were chained.
    """
    # Not through a session: a session sees one school, and the outbox is read before any school is known.
    with db.engine.connect() as connection:
        schools = list(
            connection.scalars(select(AuditOutbox.school_id).distinct().order_by(AuditOutbox.school_id))
        )
    return sum(_chain_school(school_id, units_for) for school_id in schools)


def _chain_school(school_id: int, units_for: UnitOfWorkFactoryFor) -> int:
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
    """Append the school's waiting audit rows to its chain, at most ``BATCH`` of them.

    A row becomes visible together with its note in the outbox, so a row that was committed late, with a smaller id than
    others, is not overlooked: it comes at the end. A row that was deleted or inserted by other means gets a place, too,
    and the check names it: a faulty row does not block the rows after it.

    Returns:
        the number of rows.
    """
    session, of_school = ctx.session, AuditOutbox.school_id == ctx.school.id
    school_lock(ctx, Lock.AUDIT)
    waiting = session.scalars(
        select(AuditOutbox.audit_id).where(of_school).order_by(AuditOutbox.audit_id).limit(BATCH)
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
        delete(AuditOutbox).where(of_school, AuditOutbox.audit_id.in_(waiting)),
        execution_options={"synchronize_session": False},
    )
    return len(links)


def head_of(ctx: Context) -> Head:
    """Return the last link of the school's chain."""
    last = select(AuditLink.position, AuditLink.digest).order_by(AuditLink.position.desc()).limit(1)
    found = ctx.session.execute(last).first()
    return Head(0, b"") if found is None else Head(found.position, found.digest)
