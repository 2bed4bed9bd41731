"""The networks that login counters treat as one client."""

from __future__ import annotations

import pytest

from app.rules.auth.login_limits import client_network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        (None, "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_an_ipv6_client_cannot_move_about_in_its_network(address: str | None, network: str) -> None:
    assert client_network(address) == network
