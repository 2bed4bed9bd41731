"""What people type for their account."""

from __future__ import annotations

import pytest

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
