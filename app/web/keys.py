"""The one maker of Redis keys: whatever belongs to a school begins with it, so that two schools never meet."""

from __future__ import annotations


def key(school_id: int, *parts: str | int) -> str:
    """A Redis key of one school.

    Args:
        school_id: the school's id.
        parts: the purpose first, then what tells the entry apart; colons in parts are escaped.
    """
    return ":".join(["spoc", str(int(school_id)), *(str(part).replace("%", "%25").replace(":", "%3A") for part in parts)])
