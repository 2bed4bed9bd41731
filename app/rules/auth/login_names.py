"""Logging in: what people type for their account, and how often an account may be tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address

from app.rules.shared import lengths
from app.rules.shared.cells import Cell, Unreadable, code_text
from app.rules.shared.contacts import read_email, read_mobile

#: Failures of one account from one client address (or one known device) that a window holds.
FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)

#: Failures that an account survives in all while its password is still the derived one: whoever knows region,
#: birthday and gender has 500 candidates.
LIFETIME_FAILURES = 20

#: Accounts that fail at one address within the window before it counts as strained: somebody sprays passwords.
#: A whole school is often one address, so this makes logins there slower and shuts nobody out.
STRAINED_ACCOUNTS = 60
STRAINED_WINDOW = timedelta(minutes=10)

#: Failures a minute that a strained address has left, for devices that nobody has logged in on before.
STRAINED_FAILURES = 60
STRAINED_PACE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LoginNames:
    """What the typed account may mean, each in the form in which it is stored.

    Args:
        codes: 学号 or login name, as typed first, then in capitals and in small letters.
        email: in small letters, when it is an address.
        mobile: 11 digits, when it is a number.
    """

    codes: tuple[str, ...]
    email: str | None
    mobile: str | None


def read_login_names(typed: str) -> LoginNames:
    """Put right what was typed: blanks, full-width characters, capitals, +86; nonsense fits nobody."""
    try:
        code = code_text(typed[: lengths.EMAIL])
    except Unreadable:
        return LoginNames((), None, None)
    codes = tuple(dict.fromkeys((code, code.upper(), code.lower()))) if code else ()
    return LoginNames(codes, _or_none(read_email, code), _or_none(read_mobile, code))


def client_network(address: str | None) -> str:
    """The client as counters know it: an IPv4 address, or the /64 that an IPv6 client moves about in."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
    return str(parsed)


def _or_none(read: Callable[[Cell], str | None], text: str) -> str | None:
    try:
        return read(text)
    except Unreadable:
        return None
