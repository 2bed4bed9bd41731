"""The one answer to "where to go on to": an address the browser handed us, or nothing."""

from __future__ import annotations

import re

# A second slash or backslash makes it another host's address; browsers drop control characters first.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f-\x9f\\]*")
_LONGEST = 2000


def safe_next(url: str | None) -> str | None:
    """The address when it is a path of this host, else ``None``.

    Args:
        url: what a form or a query string named.
    """
    if url is None or len(url) > _LONGEST or _OWN_PATH.fullmatch(url) is None:
        return None
    return url
