"""The unit of work, the only place that commits: it seals the audit rows before, and sends the jobs after."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.context import Context
from app.models.audit import AuditEntry
from app.vault import Vault
from tenants.after_commit import failing_quietly
from tenants.scope import current_school_id, sibling_scope


@contextmanager
def unit_of_work(ctx: Context) -> Iterator[Context]:
    """Commit all changes of a use case or none, then send its jobs.

    A job that cannot be sent is only logged; it has a row in an outbox, and the sweeper sends it again.
    """
    session = ctx.session
    try:
        yield ctx
        session.flush()
        _seal_audit(session, ctx.vault)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        jobs = session.info.pop("jobs", [])
        session.info.pop("audit", None)
    for name, school_id, payload in jobs:
        with failing_quietly("job %s of school %s was not sent; the sweeper will", name, school_id):
            ctx.enqueue(name, school_id, payload)


def _seal_audit(session: Session, vault: Vault) -> None:
    """Chain the pending audit rows to their schools' logs, under a lock that lasts for the commit only."""
    pending: dict[int, list[AuditEntry]] = defaultdict(list)
    for entry in session.info.get("audit", []):
        pending[entry.school_id].append(entry)
    for school_id in sorted(pending):
        if school_id == current_school_id(session):
            _append(session, vault, school_id, pending[school_id])
        else:
            with sibling_scope(session, school_id) as sibling:
                _append(sibling, vault, school_id, pending[school_id])


def _append(session: Session, vault: Vault, school_id: int, entries: list[AuditEntry]) -> None:
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('audit'), :school)"), {"school": school_id % 2**31}
    )
    last = session.execute(
        select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
    ).first()
    number, digest = last if last is not None else (0, b"")
    for entry in entries:
        number += 1
        digest = vault.chain(digest, chain_text(entry, number))
        entry.id, entry.digest = number, digest
    session.add_all(entries)
    session.flush()


def chain_text(entry: AuditEntry, number: int) -> bytes:
    """Return the bytes of an audit row that are covered by its digest."""
    fields = (
        entry.school_id, number, entry.at.astimezone(UTC).isoformat(), entry.actor_id, entry.actor_name, entry.address,
        entry.action, entry.object_type, entry.object_id, entry.data,
    )  # fmt: skip
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
