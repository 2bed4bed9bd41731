"""Passwords that are tried first."""

from __future__ import annotations

import pytest

from app.rules.auth.common_passwords import is_common


@pytest.mark.parametrize(
    "new",
    [
        "12345678", "123456789", "1234567890", "87654321", "11111111", "00000000", "88888888", "66668888",
        "password", "Password1", "passw0rd!", "p@ssw0rd", "qwertyui", "qwertyuiop", "1qaz2wsx", "1q2w3e4r",
        "q1w2e3r4", "asdfghjkl", "qazwsxedc", "abc12345", "abcd1234", "a1234567", "woaini1314", "woaini520",
        "5201314520", "iloveyou", "admin123", "admin@123", "administrator", "student1", "teacher123",
        "xuesheng123", "welcome1", "abc123456", "123abc456", "qwe123456", "asd123456", "zxcvbnm123", "147258369",
        "12341234", "abcabcabc", "13145200", "zhang123456", "19900101", "1234qwer", "aa123456", "123456aa",
    ],
)  # fmt: skip
def test_the_commonest_passwords_are_refused(new: str) -> None:
    assert is_common(new.casefold())


@pytest.mark.parametrize(
    "new", ["correct horse", "mangrove-tide", "passage of time", "tR8!vq2#Lm".casefold(), "chenille-42-fog"]
)
def test_uncommon_ones_are_not(new: str) -> None:
    assert not is_common(new)
