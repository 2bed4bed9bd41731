"""Login names as people enter them, and the addresses that counters treat as one client."""

from __future__ import annotations

import pytest

from app.rules.auth.login_limits import client_network
from app.rules.auth.login_names import read_login_names


@pytest.mark.parametrize(
    ("typed", "first", "email", "mobile"),
    [
        ("20001000001", "20001000001", None, None),
        (" ２０００１００００１ ", "2000100001", None, None),
        ("138 0013 8000", "13800138000", None, "13800138000"),
        ("+86 138-0013-8000", "+86138-0013-8000", None, "13800138000"),
        ("Li.Lei@Example.CN", "Li.Lei@Example.CN", "li.lei@example.cn", None),
        ("ａｄｍｉｎ", "admin", None, None),
    ],
)
def test_the_typed_account_is_put_right(
    typed: str, first: str, email: str | None, mobile: str | None
) -> None:
    names = read_login_names(typed)
    assert names.codes[0] == first
    assert (names.email, names.mobile) == (email, mobile)


def test_codes_are_tried_as_typed_before_other_cases() -> None:
    assert read_login_names("Ab1").codes == ("Ab1", "AB1", "ab1")


@pytest.mark.parametrize("typed", ["", "   ", "\x00\x07", "#REF!", "1.5E+17", "\u200b"])
def test_nonsense_fits_nobody(typed: str) -> None:
    names = read_login_names(typed)
    assert (names.codes, names.email, names.mobile) == ((), None, None)


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
