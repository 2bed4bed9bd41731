"""Entries of the page and fragment caches: in Redis, under their school's key, void when stamps change.

Addresses can be invented without end, and a full Redis has no room for sessions. So only addresses to which
links lead become entries, and each kind of entry has room of its own: narrowed lists never take the room of a
first page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import cast
from zoneinfo import ZoneInfo

from app.web.shared.cache.stamps import join_stamps, redis_client, stamp_keys
from app.web.shared.context import now
from app.web.shared.redis_keys import key
from tenants.registry import SchoolInfo

#: The seconds after which any entry is made anew, whatever its stamps.
LIFETIME = 300


class Room(StrEnum):
    """The kinds of entries, each with room of its own."""

    #: First pages: home, the whole catalogue, help …
    FRONT = "front"
    #: The page of one row that exists: a course, an announcement.
    ROW = "row"
    #: A list that is narrowed, ordered or turned to a further page, and is not empty.
    LIST = "list"


#: The most entries of a kind that a school has within ``LIFETIME``, in one variant.
ROOM_SIZES = {Room.FRONT: 50, Room.ROW: 1_000, Room.LIST: 300}


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an entry, whether it is stored or not.

    Args:
        school: the school whose entry it is.
        name: the entry's key in Redis.
        rooms: the beginning of the keys under which a room's names are counted.
    """

    school: SchoolInfo
    name: str
    rooms: tuple[str, ...]


def place_of(school: SchoolInfo, kind: str, variant: str, subject: Sequence[object]) -> Place:
    """Return the place of an entry on this calendar day at the school.

    Args:
        school: the school as this process knows it; a process with old data keeps entries of its own.
        kind: ``page`` or ``fragments``.
        variant: the form of the content, such as its language; each variant has rooms of its own.
        subject: all else that the content depends on.
    """
    digest = hashlib.sha256(json.dumps([variant, *subject, *astuple(school)]).encode()).hexdigest()
    today = now().astimezone(ZoneInfo(school.timezone)).date()
    return Place(school, key(school.id, kind, today.isoformat(), digest), (kind, variant))


def read_entry(place: Place) -> tuple[bytes | None, str]:
    """Return the content of a valid entry, and the stamps with which a new entry is to be stored.

    Raises:
        RedisError: Redis is away.
    """
    found = redis_client().mget(place.name, *stamp_keys(place.school))
    entry, *stamps = cast("Sequence[bytes | None]", found)
    current = join_stamps(stamps)
    made_with, _, content = (entry or b"").partition(b"\n")
    return content if entry is not None and made_with.decode() == current else None, current


def store_entry(place: Place, room: Room, stamps: str, content: bytes) -> None:
    """Store an entry, unless its room is full.

    Args:
        stamps: the stamps from ``read_entry``, read before the content was made, so that later changes void it.

    Raises:
        RedisError: Redis is away.
    """
    redis, name = redis_client(), place.name
    names = key(place.school.id, "cache-room", *place.rooms, room, int(now().timestamp()) // LIFETIME)
    with redis.pipeline(transaction=False) as asking:
        asking.sismember(names, name)
        asking.scard(names)
        known, number = asking.execute()
    if not known and number >= ROOM_SIZES[room]:
        return
    with redis.pipeline(transaction=False) as storing:
        storing.sadd(names, name)
        storing.expire(names, 2 * LIFETIME)
        storing.set(name, stamps.encode() + b"\n" + content, ex=LIFETIME)
        storing.execute()
