"""How often an account and an address may fail to log in before they have to wait."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv6Address, ip_address

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
