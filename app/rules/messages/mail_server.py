"""The mail server as the settings describe it: an ``smtp`` or ``smtps`` address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Security = Literal["none", "starttls", "tls"]

_PORTS = {"smtp": 587, "smtps": 465}
#: Printable ASCII that needs no quoting in a header: it is the platform's own address, so this suffices.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_address(text: str) -> bool:
    """Return whether the text can be the sender address of the platform."""
    return _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that accepts the platform's mails.

    Args:
        security: ``tls`` from the first byte, ``starttls`` before anything else is sent, or ``none``.
    """

    host: str
    port: int
    user: str | None
    password: str | None
    security: Security

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port}, {self.security})"

    @classmethod
    def from_url(cls, url: str) -> MailServer:
        """Parse ``smtp://user:password@host:587?starttls=1`` or ``smtps://…``, with percent-encoded parts.

        Raises:
            ValueError: the address is wrong; the message never repeats the password.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("must look like smtp://user:password@host:587?starttls=1")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        starttls = options.pop("starttls", "0")
        if options or starttls not in ("0", "1"):
            raise ValueError("knows one option only, starttls=1")
        if (parts.username is None) != (parts.password is None):
            raise ValueError("needs user and password, or neither")
        security: Security = "tls" if parts.scheme == "smtps" else "starttls" if starttls == "1" else "none"
        if parts.password and security == "none" and parts.hostname not in _LOOPBACK:
            raise ValueError("would send the password in clear: add ?starttls=1 or use smtps://")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            security=security,
        )
