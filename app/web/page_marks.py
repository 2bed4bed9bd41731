"""When what the pages of a school show was last written: numbers in Redis that every commit of such rows raises.

What is kept (``page_cache``, ``kept_parts``) counts while the marks are what they were before it was made: the mark of
the school, and the alliance's for what all schools share.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import cast

from flask import current_app, has_app_context
from redis import Redis
from redis.exceptions import RedisError

from app.web.context import now
from app.web.keys import key
from tenants.registry import SchoolInfo, find_by_id
from tenants.written import Change, on_changes

log = logging.getLogger(__name__)

#: Seconds after which anything is made anew, whatever its marks say.
LIFETIME = 300
#: So many different things of a school are kept within that time. Addresses can be made up without end (a discipline
#: that is none is a page, too), and what fills Redis leaves no room for sessions.
MOST_KEPT = 300

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


def read_with_marks(school: SchoolInfo, name: str) -> tuple[bytes | None, str]:
    """What is kept under a name, and the marks of now.

    Raises:
        RedisError: Redis is away.
    """
    names = [_mark(one) for one in dict.fromkeys((school.id, school.alliance_id))]
    if school.is_alliance:
        names.append(_own_mark(school.id))
    kept, *found = cast("Sequence[bytes | None]", redis_client().mget(name, *names))
    return kept, b"|".join(mark or b"0" for mark in found).decode()


def keep(school_id: int, name: str, content: bytes) -> None:
    """Keep something of a school under a name, unless the school has enough of that.

    Raises:
        RedisError: Redis is away.
    """
    redis, names = redis_client(), key(school_id, "kept", int(now().timestamp()) // LIFETIME)
    with redis.pipeline(transaction=False) as asking:
        asking.sismember(names, name)
        asking.scard(names)
        known, number = asking.execute()
    if not known and number >= MOST_KEPT:
        return
    with redis.pipeline(transaction=False) as keeping:
        keeping.sadd(names, name)
        keeping.expire(names, 2 * LIFETIME)
        keeping.set(name, content, ex=LIFETIME)
        keeping.execute()


def redis_client() -> Redis:
    """This installation's Redis."""
    return cast(Redis, current_app.extensions["spoc_redis"])


def _mark(school_id: int) -> str:
    return key(school_id, "pages-mark")


def _own_mark(alliance_id: int) -> str:
    """The mark of what schools write for the alliance's pages; it leaves the schools' pages as they are."""
    return key(alliance_id, "alliance-pages-mark")


def _raise_marks(changes: frozenset[Change]) -> None:
    if not has_app_context():
        return
    marks = {mark for one in changes for mark in _raised(one)}
    if not marks:
        return
    try:
        raising = redis_client().pipeline(transaction=False)
        for mark in marks:
            raising.incr(mark)
        raising.execute()
    except RedisError:
        log.warning("pages may stay %s seconds too long: redis is away", LIFETIME)


def _raised(one: Change) -> set[str]:
    names_only = one.table == "users" and one.touches(ACCOUNT_COLUMNS)
    if not names_only and one.table not in SHARED_TABLES | SCHOOL_TABLES | ALLIANCE_TABLES:
        return set()
    school = find_by_id(one.school_id) if one.school_id is not None else None
    if school is None:
        return set()
    if one.table in ALLIANCE_TABLES:
        return {_own_mark(school.alliance_id)}
    shared = one.table in SHARED_TABLES or school.is_alliance
    return {_mark(school.alliance_id if shared else school.id)}


on_changes(_raise_marks)
