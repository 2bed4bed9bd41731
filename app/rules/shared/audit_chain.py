"""The audit chain's rules on values: digests of rows and links, anchors in log lines, what is checked on which day.

A row carries a digest of itself, made with the row. Its link's digest covers that one and the link before. Rows from
before migration 0007 were chained when they were written: their own digest is their link's, and covers the row and the
link before. All digests are keyed, so none can be made without the application's key.
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

#: An anchor as it stands in a log line and on the command line: slug:position:digest, and the school's id if known.
_ANCHOR = re.compile(
    r"\banchor (?P<slug>[a-z0-9-]+):(?P<position>[0-9]{1,18}):(?P<digest>[0-9a-f]{64})(?: school (?P<id>[0-9]{1,18}))?"
)


class Damage(StrEnum):
    """What can be wrong with a chain, in words for the operator."""

    CHANGED = "the row is not as it was written, or was put in by another hand"
    MOVED = "another row was chained in this place"
    DELETED = "the row was deleted"
    GAP = "links before it are missing"
    LOOSE = "the row has no link and does not wait for one"
    CUT = "the chain ends before this anchored position"
    REWRITTEN = "the chain was written anew since this position was anchored"


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain; position 0: nothing is chained yet."""

    position: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a log once said about a school's chain.

    Args:
        slug: the school's label at that time.
        school_id: ``None`` when the anchor was typed by hand.
    """

    slug: str
    head: Head
    school_id: int | None = None

    def __str__(self) -> str:
        known = "" if self.school_id is None else f" school {self.school_id}"
        return f"anchor {self.slug}:{self.head.position}:{self.head.digest.hex()}{known}"


def row_text(row: Any) -> bytes:
    """The bytes of an audit row that digests cover.

    Args:
        row: an ``AuditEntry``, or a result row with its columns.
    """
    fields = (
        row.school_id, row.id, row.at.astimezone(UTC).isoformat(), row.actor_id, row.actor_name, row.address,
        row.action, row.object_type, row.object_id, row.data,
    )  # fmt: skip
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def next_digest(vault: Vault, previous: bytes, row: Any | None) -> bytes:
    """The digest of the link that follows ``previous`` with this row.

    Args:
        row: as of ``row_text``; ``None`` when it was deleted before it was chained.
    """
    if row is None:
        return vault.chain(previous, b"")
    if _is_own(vault, row) or not _is_old(vault, previous, row):
        return vault.chain(previous, row.digest)
    return bytes(row.digest)


def damage_of(vault: Vault, previous: bytes, row: Any | None, digest: bytes) -> Damage | None:
    """What is wrong with a link and its row.

    Args:
        previous: the digest of the link before.
        row: as of ``row_text``; ``None`` when there is none.
        digest: of the link.
    """
    if row is None:
        return Damage.DELETED
    if not _is_own(vault, row) and not _is_old(vault, previous, row):
        return Damage.CHANGED
    return None if digest == next_digest(vault, previous, row) else Damage.MOVED


def _is_own(vault: Vault, row: Any) -> bool:
    return bool(row.digest == vault.seal_audit_row(row_text(row)))


def _is_old(vault: Vault, previous: bytes, row: Any) -> bool:
    """Whether the row was chained when it was written, and after this link."""
    return bool(row.digest == vault.chain(previous, row_text(row)))


def read_anchors(lines: Iterable[str]) -> Iterator[Anchor]:
    """The anchors in a log, whatever else stands there."""
    for line in lines:
        for found in _ANCHOR.finditer(line):
            head = Head(int(found["position"]), bytes.fromhex(found["digest"]))
            yield Anchor(found["slug"], head, int(found["id"]) if found["id"] else None)


def parts_of_day(last: int, day: date, most: int) -> list[range]:
    """The positions of a chain to check on a day: all of a short one, else the newest and a part of the older ones.

    The parts of the older ones take turns, so that each comes again after as many days as there are parts.

    Args:
        last: the chain's last position.
        day: the calendar day.
        most: links a part.
    """
    if last <= 2 * most:
        return [range(1, last + 1)]
    older = last - most
    parts = -(-older // most)
    first = day.toordinal() % parts * most + 1
    return [range(first, min(first + most, older + 1)), range(older + 1, last + 1)]
