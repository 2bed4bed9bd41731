"""The only maker of Redis keys: every key that the web keeps for a school contains the school."""

from __future__ import annotations

from urllib.parse import quote


def key(school_id: int, *parts: str | int) -> str:
    """Return the key under which a value of a school is kept in Redis.

    Args:
        school_id: the school; two schools never share a name.
        parts: the parts of the name; each is escaped, so that ``("a:b", "c")`` and ``("a", "b:c")`` differ.
    """
    return ":".join(("spoc", str(int(school_id)), *(quote(str(part), safe="") for part in parts)))
