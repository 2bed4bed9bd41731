"""Lookup of schools by host label, with a short-lived cache in the process.

The result is a frozen value, not a row: it outlives sessions, and the lookup precedes the school of any session.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from sqlalchemy import select

from tenants.changes import Change, on_changes
from tenants.db import db
from tenants.models import School

#: Seconds for which a process may use cached data of a school; changes by other processes take effect after them.
CACHE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class SchoolInfo:
    """The data of a school that every request needs."""

    id: int
    alliance_id: int
    kind: str
    slug: str
    unit_code: str
    name: str
    short_name: str
    accent: str
    timezone: str
    status: str
    logo_sha: str | None

    @property
    def is_alliance(self) -> bool:
        """Whether this tenant is the alliance itself."""
        return self.kind == "alliance"


_COLUMNS = tuple(getattr(School, name) for name in SchoolInfo.__dataclass_fields__)
_cache: dict[str, tuple[float, SchoolInfo | None]] = {}
_lock = threading.Lock()


def forget_schools() -> None:
    """Clear the cache of this process; a committed change of ``schools`` does so automatically."""
    with _lock:
        _cache.clear()


def _forget_changed(changes: frozenset[Change]) -> None:
    if any(change.table == School.__tablename__ for change in changes):
        forget_schools()


on_changes(_forget_changed)


def _cached(key: str, condition: object) -> SchoolInfo | None:
    now = time.monotonic()
    with _lock:
        hit = _cache.get(key)
    if hit is not None and now - hit[0] < CACHE_SECONDS:
        return hit[1]
    with db.engine.connect() as connection:
        row = connection.execute(select(*_COLUMNS).where(condition)).first()  # type: ignore[arg-type]
    found = SchoolInfo(*row) if row is not None else None
    with _lock:
        if len(_cache) > 10_000:
            _cache.clear()
        _cache[key] = (now, found)
    return found


def find_by_slug(slug: str) -> SchoolInfo | None:
    """Return the member school with this host label, or ``None``."""
    return _cached(f"slug:{slug}", (School.slug == slug) & (School.kind == "member"))


def find_by_id(school_id: int) -> SchoolInfo | None:
    """Return the school or alliance with this id, or ``None``."""
    return _cached(f"id:{school_id}", School.id == school_id)


def find_alliance() -> SchoolInfo | None:
    """Return the alliance, whose host is the apex; ``None`` until it has been set up."""
    return _cached("alliance", School.kind == "alliance")
