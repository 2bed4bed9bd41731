"""The check of addresses to which a browser asks to be sent on."""

from __future__ import annotations

import re

# A second slash or backslash makes it another host's address; browsers drop control characters first.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f-\x9f\\]*")
_LONGEST = 2000


def safe_next(url: str | None) -> str | None:
    """Return the address if it is a path of this host, else ``None``.

    Args:
        url: the address from a form or a query string.
    """
    if url is None or len(url) > _LONGEST or _OWN_PATH.fullmatch(url) is None:
        return None
    return url
