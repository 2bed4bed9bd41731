from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.cells import Unreadable
from app.rules.shared.contacts import read_email, read_mobile

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(mobiles)
def test_a_mobile_number_is_read_however_it_is_typed(number: str) -> None:
    spaced = f"{number[:3]} {number[3:7]} {number[7:]}"
    for typed in (
        number,
        spaced,
        spaced.replace(" ", "-"),
        f"+86{number}",
        f"+86 {spaced}",
        f"0086-{number}",
        f"86{number}",
    ):
        assert read_mobile(typed) == number
    assert read_mobile(float(number)) == number
    assert read_mobile(int(number)) == number
    assert read_mobile(number.translate({48 + n: 0xFF10 + n for n in range(10)})) == number


@pytest.mark.parametrize(
    "typed", ["1380000000", "138000000000", "12345678901", "010-12345678", "无", "+8513800000000"]
)
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="应为 11 位手机号"):
        read_mobile(typed)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Zhang.San@Example.COM", "zhang.san@example.com"),
        (" a+b@mail.example.org ", "a+b@mail.example.org"),
        ("zhangsan＠example．com", "zhangsan@example.com"),
        ("x@a-b.cn", "x@a-b.cn"),
        ("", None),
    ],
)
def test_addresses_are_read_in_small_letters(typed: str, read: str | None) -> None:
    assert read_email(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        "zhang", "@example.com", "a@", "a@b", "a@@example.com", "a.@example.com", ".a@example.com", "a..b@example.com",
        "a@-b.com", "a@b-.com", "a@example.c", "张三@example.com", "a@example.com,b@example.com", "<a@example.com>",
        "a" * 65 + "@example.com", "a@b.1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="不是有效的邮箱地址"):
        read_email(typed)


def test_an_address_may_have_254_characters_and_no_more() -> None:
    longest = "a@" + ".".join(["b" * 61] * 4) + ".com"
    assert len(longest) == 253
    assert read_email(longest) == longest
    with pytest.raises(Unreadable, match="超过 254 个字符"):
        read_email("aa" + longest)
