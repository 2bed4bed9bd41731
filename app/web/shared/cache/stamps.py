"""Cache stamps: numbers in Redis that are raised by every commit that changes what the pages of a school show.

An entry of a cache (``entries``) is valid while the stamps are as they were before it was made: the school's
stamp, and the alliance's for what all schools share.
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

#: The tables whose rows the public pages of a school show.
SCHOOL_TABLES = frozenset(
    {"course_offerings", "offering_assistants", "enrolments", "waiting_places", "announcements", "school_settings"}
)  # fmt: skip
#: The tables whose rows the pages of all schools, and the alliance's own, show.
SHARED_TABLES = frozenset(
    {"schools", "courses", "course_versions", "course_licences", "announcement_targets"}
)
#: The tables of schools whose rows the alliance's own pages show, and no school's.
ALLIANCE_TABLES = frozenset({"course_showings"})
#: The columns of ``users`` that the public pages of a school show; every login changes others.
ACCOUNT_COLUMNS = frozenset({"real_name", "status", "photo_sha", "bio"})


def redis_client() -> Redis:
    """Return this installation's Redis."""
    return cast(Redis, current_app.extensions["spoc_redis"])


def stamp_keys(school: SchoolInfo) -> list[str]:
    """Return the keys of the stamps on which a school's entries depend."""
    keys = [_stamp(school_id) for school_id in dict.fromkeys((school.id, school.alliance_id))]
    return [*keys, _alliance_stamp(school.id)] if school.is_alliance else keys


def join_stamps(stamps: Iterable[bytes | None]) -> str:
    """Return the stamps that Redis holds as one word; a stamp that was never raised is 0."""
    return b"|".join(stamp or b"0" for stamp in stamps).decode()


def _stamp(school_id: int) -> str:
    return key(school_id, "cache-stamp")


def _alliance_stamp(alliance_id: int) -> str:
    """Return the key of the stamp of the alliance's pages that schools raise; their own pages stay valid."""
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
    """Return the stamps that a change raises."""
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
