"""Limits on failed logins, for each account and each client address."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address

#: Failures that one account may have from one client address (or one known device) within a window.
FAILURES = 5
FAILURE_WINDOW = timedelta(minutes=15)

#: Failures that an account may have in all while its password is still the initial one: region, birthday and gender
#: leave 500 candidates.
LIFETIME_FAILURES = 20

#: Accounts that may fail at one address within the window before password spraying is suspected and the address
#: counts as strained. A whole school often has one address, so this slows logins down and locks nobody out.
STRAINED_ACCOUNTS = 60
STRAINED_WINDOW = timedelta(minutes=10)

#: Failures a minute that a strained address may still have, from devices that nobody has logged in on before.
STRAINED_FAILURES = 60
STRAINED_PACE = timedelta(minutes=1)


def client_network(address: str | None) -> str:
    """Return the network that counters use for a client: its IPv4 address, or the /64 of its IPv6 address."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
    return str(parsed)
