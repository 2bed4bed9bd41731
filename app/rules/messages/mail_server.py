"""The address of a mail server, as settings write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

Security = Literal["none", "starttls", "tls"]

_PORTS = {"smtp": 587, "smtps": 465}
#: Printable ASCII without what a header would need to quote; our own address, so nothing more is needed.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_AT_HOME = ("localhost", "127.0.0.1", "::1")


def is_address(text: str) -> bool:
    """Whether this can be the address that our mails come from."""
    return _ADDRESS.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server that takes our mails.

    Args:
        security: ``tls`` from the first byte, ``starttls`` before anything is said, or ``none``.
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
        """Read ``smtp://user:password@host:587?starttls=1`` or ``smtps://…``; parts are percent-encoded.

        Raises:
            ValueError: with what is wrong; it does not repeat the password.
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
        if parts.password and security == "none" and parts.hostname not in _AT_HOME:
            raise ValueError("would send the password in clear: add ?starttls=1 or use smtps://")
        return cls(
            host=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            security=security,
        )
