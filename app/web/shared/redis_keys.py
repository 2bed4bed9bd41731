"""The one maker of Redis keys: everything that the web keeps for a school carries the school in its name."""

from __future__ import annotations

from urllib.parse import quote


def key(school_id: int, *parts: str | int) -> str:
    """The name under which something of a school is kept in Redis.

    Args:
        school_id: the school; two schools never share a name.
        parts: what it is; each is escaped, so that ``("a:b", "c")`` and ``("a", "b:c")`` differ.
    """
    return ":".join(("spoc", str(int(school_id)), *(quote(str(part), safe="") for part in parts)))
