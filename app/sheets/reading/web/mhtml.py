"""Web pages with their parts in one file (MHTML), as Excel and browsers save them."""

from __future__ import annotations

import re
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import NamedTuple

from app.sheets.reading.limits import refuse

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_MACROS = "editdata.mso"
_MOST_PARTS = 2_000
_LEADING = b"\xef\xbb\xbf \t\r\n"


class Part(NamedTuple):
    """A page among the parts.

    Args:
        location: its address inside the file.
        content: the page.
        charset: the encoding that its headers declare; "" if they declare none.
    """

    location: str
    content: bytes
    charset: str


def pages_of(content: bytes) -> list[Part]:
    """Return the pages of an MHTML file, in its order.

    Raises:
        Refusal: the file has macros, or is damaged.
    """
    try:
        message = BytesParser(policy=compat32).parsebytes(content.lstrip(_LEADING))
        parts = [part for part in message.walk() if not part.is_multipart()]
        if len(parts) > _MOST_PARTS:
            refuse("too_complex")
        if any(_location(part).lower().endswith(_MACROS) for part in parts):
            refuse("macro")
        return [
            Part(
                _location(part), bytes(part.get_payload(decode=True) or b""), part.get_content_charset() or ""
            )
            for part in parts
            if part.get_content_type() in _PAGES
        ]
    except (ValueError, LookupError, RecursionError, AssertionError, TypeError, AttributeError):
        refuse("damaged")


def _location(part: Message) -> str:
    return re.sub(r"\s+", "", str(part.get("Content-Location") or part.get_filename() or ""))
