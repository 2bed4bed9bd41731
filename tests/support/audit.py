"""Audit rows of a school, and their tampering by a superuser, who is subject to no policy or trigger."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select, text

from app.context import Context
from app.models import AuditEntry
from app.rules.shared.audit_chain import row_text
from app.services.shared.audit import record
from app.services.shared.audit_chain import chain_rows
from app.uow import unit_of_work
from app.vault import Vault
from config import with_driver
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY

MakeCtx = Callable[..., Context]


def write_rows(make_ctx: MakeCtx, school: SchoolInfo, count: int) -> None:
    """Audited acts, each in a unit of work of its own."""
    for number in range(count):
        with unit_of_work(make_ctx(school, now=NOW + timedelta(seconds=number))) as ctx:
            record(ctx, "test.done", "test", number, {"old": {"a": number}, "new": [1, None, "字"]})


def write_old_rows(school: SchoolInfo, count: int) -> None:
    """Rows as the version before migration 0007 writes them: counted per school, each chained to the one before."""
    vault = Vault(VAULT_KEY)
    with school_scope(school.id) as session:
        latest = select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)
        last = session.execute(latest).first()
        number, digest = (last.id, last.digest) if last is not None else (0, b"")
        for _ in range(count):
            number += 1
            row = AuditEntry(
                school_id=school.id,
                id=number,
                at=NOW - timedelta(days=1),
                actor_name="old",
                action="test.done",
                object_type="test",
                object_id=number,
                data={"n": number},
            )
            digest = row.digest = vault.chain(digest, row_text(row))
            session.add(row)
        session.commit()


def chain_all(make_ctx: MakeCtx, school: SchoolInfo) -> int:
    """Chain what waits at a school."""
    with unit_of_work(make_ctx(school)) as ctx:
        return chain_rows(ctx)


@dataclass(frozen=True)
class Planted:
    """What was done, and where it must be found: at one of these positions, at this row if one was touched."""

    what: str
    positions: tuple[int, ...]
    audit_id: int | None = None


_EDITS = (
    "at = at + interval '1 microsecond'",
    "actor_id = coalesce(actor_id, 0) + 1",
    "actor_name = actor_name || 'x'",
    "address = coalesce(address, '') || '1'",
    "action = 'other.' || action",
    "object_type = object_type || 'x'",
    "object_id = coalesce(object_id, 0) + 1",
    "object_id = CASE WHEN object_id IS NULL THEN 1 END",
    "data = data || '{\"more\": 1}'",
    "data = '{}'",
    "digest = set_byte(digest, 3, 255 - get_byte(digest, 3))",
)


class Tamperer:
    """A superuser whose sessions run no triggers."""

    def __init__(self, connection: Connection, school_id: int) -> None:
        self._connection = connection
        self._school = school_id
        self.run("SET session_replication_role = replica")

    def run(self, statement: str, **values: Any) -> list[Any]:
        """Run SQL; ``:school`` is the school's id."""
        result = self._connection.execute(text(statement), values | {"school": self._school})
        return list(result) if result.returns_rows else []

    def save(self) -> None:
        """Keep the school's rows and links for ``restore``."""
        for table in ("audit_log", "audit_links", "audit_outbox"):
            self.run(f"DROP TABLE IF EXISTS pg_temp.{table}_kept")
            self.run(f"CREATE TEMP TABLE {table}_kept AS SELECT * FROM {table} WHERE school_id = :school")

    def restore(self) -> None:
        """Bring back what ``save`` has kept."""
        for table in ("audit_log", "audit_links", "audit_outbox"):
            self.run(f"DELETE FROM {table} WHERE school_id = :school")
            self.run(f"INSERT INTO {table} SELECT * FROM {table}_kept")

    def links(self) -> list[tuple[int, int]]:
        """Position and row of each link."""
        found = "SELECT position, audit_id FROM audit_links WHERE school_id = :school ORDER BY position"
        return [(row[0], row[1]) for row in self.run(found)]

    def edit(self, dice: random.Random) -> Planted:
        """Change one column of one row, or the digest of a link."""
        position, audit_id = dice.choice(self.links())
        if dice.random() < 0.1:
            self.run(
                "UPDATE audit_links SET digest = set_byte(digest, 5, 255 - get_byte(digest, 5))"
                " WHERE school_id = :school AND position = :position",
                position=position,
            )
            return Planted("link digest", (position,), audit_id)
        change = dice.choice(_EDITS)
        self.run(f"UPDATE audit_log SET {change} WHERE school_id = :school AND id = :id", id=audit_id)
        return Planted(change, (position,), audit_id)

    def delete(self, dice: random.Random) -> Planted:
        """Delete a row, a link or both, of some neighbours in the middle or of the tail."""
        links = self.links()
        first = dice.randrange(len(links))
        last = len(links) if dice.random() < 0.3 else min(first + dice.randint(1, 3), len(links))
        gone = links[first:last]
        tables = dice.choice((("audit_log",), ("audit_links",), ("audit_log", "audit_links")))
        if "audit_log" in tables:
            self.run(
                "DELETE FROM audit_log WHERE school_id = :school AND id = ANY(:ids)",
                ids=[id for _, id in gone],
            )
        if "audit_links" in tables:
            self.run(
                "DELETE FROM audit_links WHERE school_id = :school AND position = ANY(:positions)",
                positions=[position for position, _ in gone],
            )
        if "audit_links" not in tables:
            return Planted(f"deleted {tables}", (gone[0][0],), gone[0][1])
        # Found at the link after the gap; at the tail by a row without a link, or by the anchor.
        return Planted(f"deleted {tables}", (links[last][0],) if last < len(links) else (links[-1][0], 0))

    def reorder(self, dice: random.Random) -> Planted:
        """Swap two rows: by their numbers, or by their links' rows or positions."""
        (low, one), (high, other) = sorted(dice.sample(self.links(), 2))
        way = dice.choice(("ids", "audit_ids", "positions"))
        table, column, a, b = {
            "ids": ("audit_log", "id", one, other),
            "audit_ids": ("audit_links", "audit_id", one, other),
            "positions": ("audit_links", "position", low, high),
        }[way]
        for before, after in ((a, -1), (b, a), (-1, b)):
            self.run(
                f"UPDATE {table} SET {column} = :after WHERE school_id = :school AND {column} = :before",
                before=before,
                after=after,
            )
        return Planted(f"swapped {way}", (low,))


@pytest.fixture
def tamperer(school: SchoolInfo, pg_admin_url: str) -> Iterator[Tamperer]:
    """Somebody with the superuser's rights at the school."""
    engine = create_engine(with_driver(pg_admin_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield Tamperer(connection, school.id)
    engine.dispose()
