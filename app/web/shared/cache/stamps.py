"""Cache stamps: numbers in Redis that every commit raises which changes what the pages of a school show.

An entry of a cache (``entries``) counts while the stamps are what they were before it was made: the school's, and
the alliance's for what all schools share.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import cast

from flask import current_app, has_app_context
from redis import Redis
from redis.exceptions import RedisError

from app.web.shared.redis_keys import key
from tenants.changes import Change, on_changes
from tenants.registry import SchoolInfo, find_by_id

log = logging.getLogger(__name__)

#: Tables whose rows the public pages of a school show.
SCHOOL_TABLES = frozenset(
    {"course_offerings", "offering_assistants", "enrolments", "waiting_places", "announcements", "school_settings"}
)  # fmt: skip
#: Tables whose rows the pages of all schools, and the alliance's own, show.
SHARED_TABLES = frozenset(
    {"schools", "courses", "course_versions", "course_licences", "announcement_targets"}
)
#: Tables of schools whose rows the alliance's own pages show, and no school's.
ALLIANCE_TABLES = frozenset({"course_showings"})
#: Columns of ``users`` that the public pages of a school show; every login changes others.
ACCOUNT_COLUMNS = frozenset({"real_name", "status", "photo_sha", "bio"})


def redis_client() -> Redis:
    """This installation's Redis."""
    return cast(Redis, current_app.extensions["spoc_redis"])


def stamp_keys(school: SchoolInfo) -> list[str]:
    """The keys of the stamps on which a school's entries depend."""
    keys = [_stamp(school_id) for school_id in dict.fromkeys((school.id, school.alliance_id))]
    return [*keys, _alliance_stamp(school.id)] if school.is_alliance else keys


def join_stamps(stamps: Iterable[bytes | None]) -> str:
    """Stamps as Redis holds them, in one word; what was never raised is 0."""
    return b"|".join(stamp or b"0" for stamp in stamps).decode()


def _stamp(school_id: int) -> str:
    return key(school_id, "cache-stamp")


def _alliance_stamp(alliance_id: int) -> str:
    """The stamp of what schools change for the alliance's pages; it leaves the schools' pages as they are."""
    return key(alliance_id, "alliance-cache-stamp")


def _raise_stamps(changes: frozenset[Change]) -> None:
    if not has_app_context():
        return
    stamps = {stamp for change in changes for stamp in _stamps_of(change)}
    if not stamps:
        return
    try:
        raising = redis_client().pipeline(transaction=False)
        for stamp in stamps:
            raising.incr(stamp)
        raising.execute()
    except RedisError:
        log.warning("pages may be out of date until their entries expire: redis is away")


def _stamps_of(change: Change) -> set[str]:
    """The stamps that a change raises."""
    shown = change.table in SHARED_TABLES | SCHOOL_TABLES | ALLIANCE_TABLES
    if not shown and not (change.table == "users" and change.touches(ACCOUNT_COLUMNS)):
        return set()
    school = find_by_id(change.school_id) if change.school_id is not None else None
    if school is None:
        return set()
    if change.table in ALLIANCE_TABLES:
        return {_alliance_stamp(school.alliance_id)}
    shared = change.table in SHARED_TABLES or school.is_alliance
    return {_stamp(school.alliance_id if shared else school.id)}


on_changes(_raise_stamps)
