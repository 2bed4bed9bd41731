"""Rules of the audit chain: digests of rows and links, anchors in log lines, the parts that are checked on a day.

A row has a digest of itself, computed when the row is written. The digest of its link covers that digest and the
previous link. Rows that are older than migration 0007 were chained when they were written: their own digest is also the
digest of their link, and covers the row and the previous link. All digests are keyed, so none can be computed without
the application's key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from enum import StrEnum
from typing import Any

from app.vault import Vault

#: An anchor in a log line or on the command line: slug:position:digest, and the school's id if known.
_ANCHOR = re.compile(
    r"\banchor (?P<slug>[a-z0-9-]+):(?P<position>[0-9]{1,18}):(?P<digest>[0-9a-f]{64})(?: school (?P<id>[0-9]{1,18}))?"
)


class Damage(StrEnum):
    """The kinds of damage to a chain, in words for the operator."""

    CHANGED = "the row was changed, or not inserted by the application"
    MOVED = "another row was chained at this position"
    DELETED = "the row was deleted"
    GAP = "previous links are missing"
    LOOSE = "the row has no link and does not wait for one"
    CUT = "the chain ends before this anchored position"
    REWRITTEN = "the chain was rewritten after this position was anchored"


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain; position 0 if nothing is chained yet."""

    position: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of a school's chain, as recorded in a log.

    Args:
        slug: the school's slug at that time.
        school_id: ``None`` for an anchor from the command line.
    """

    slug: str
    head: Head
    school_id: int | None = None

    def __str__(self) -> str:
        known = "" if self.school_id is None else f" school {self.school_id}"
        return f"anchor {self.slug}:{self.head.position}:{self.head.digest.hex()}{known}"


def row_text(row: Any) -> bytes:
    """Return the bytes of an audit row that are covered by digests.

    Args:
        row: an ``AuditEntry``, or a result row with its columns.
    """
    fields = (
        row.school_id, row.id, row.at.astimezone(UTC).isoformat(), row.actor_id, row.actor_name, row.address,
        row.action, row.object_type, row.object_id, row.data,
    )  # fmt: skip
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def next_digest(vault: Vault, previous: bytes, row: Any | None) -> bytes:
    """Return the digest of the next link, after ``previous``, for a row.

    Args:
        row: as in ``row_text``; ``None`` if the row was deleted before it was chained.
    """
    if row is None:
        return vault.chain(previous, b"")
    if _is_own(vault, row) or not _is_old(vault, previous, row):
        return vault.chain(previous, row.digest)
    return bytes(row.digest)


def damage_of(vault: Vault, previous: bytes, row: Any | None, digest: bytes) -> Damage | None:
    """Return the damage to a link or its row; ``None`` if both are intact.

    Args:
        previous: the digest of the previous link.
        row: as in ``row_text``; ``None`` if there is none.
        digest: the digest of the link.
    """
    if row is None:
        return Damage.DELETED
    if not _is_own(vault, row) and not _is_old(vault, previous, row):
        return Damage.CHANGED
    return None if digest == next_digest(vault, previous, row) else Damage.MOVED


def _is_own(vault: Vault, row: Any) -> bool:
    return bool(row.digest == vault.seal_audit_row(row_text(row)))


def _is_old(vault: Vault, previous: bytes, row: Any) -> bool:
    """Return whether the row was chained to this link when it was written."""
    return bool(row.digest == vault.chain(previous, row_text(row)))


def read_anchors(lines: Iterable[str]) -> Iterator[Anchor]:
    """Yield the anchors in the lines of a log."""
    for line in lines:
        for found in _ANCHOR.finditer(line):
            head = Head(int(found["position"]), bytes.fromhex(found["digest"]))
            yield Anchor(found["slug"], head, int(found["id"]) if found["id"] else None)


def parts_of_day(last: int, day: date, most: int) -> list[range]:
    """Return the positions to check on a day: all of a short chain, else the newest and a part of the others.

    The older parts take turns, so that each is checked again after as many days as there are parts.

    Args:
        last: the last position of the chain.
        day: the calendar day.
        most: the number of links in a part.
    """
    if last <= 2 * most:
        return [range(1, last + 1)]
    older = last - most
    parts = -(-older // most)
    first = day.toordinal() % parts * most + 1
    return [range(first, min(first + most, older + 1)), range(older + 1, last + 1)]
