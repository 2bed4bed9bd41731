"""The school's label in a Host header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.host import APEX, is_dns_label, slug_from_host
from tenants.reserved_labels import RESERVED_LABELS

BASE = "spoc.example.cn"


@pytest.mark.parametrize("host", [BASE, BASE + ":8000", "SPOC.example.CN"])
def test_the_base_domain_is_the_apex(host: str) -> None:
    assert slug_from_host(host, BASE) == APEX


@pytest.mark.parametrize(
    "host", ["mingde.spoc.example.cn", "mingde.spoc.example.cn:8000", "MINGDE.spoc.example.cn"]
)
def test_one_label_below_is_a_school(host: str) -> None:
    assert slug_from_host(host, BASE) == "mingde"


@pytest.mark.parametrize(
    "host",
    [
        "", ".", "example.cn", "evil.cn", "xspoc.example.cn", "spoc.example.cn.evil.cn", "a.b.spoc.example.cn",
        ".spoc.example.cn", "-a.spoc.example.cn", "a-.spoc.example.cn", "a_b.spoc.example.cn", "spoc.example.cn.",
        "a%00.spoc.example.cn", "校.spoc.example.cn", "xn--9et.spoc.example.cn", "[::1]:8000", "127.0.0.1",
        "a" * 64 + ".spoc.example.cn", "a b.spoc.example.cn", "mingde.spoc.example.cn:", "mingde.spoc.example.cn:x",
        "mingde.spoc.example.cn:123456", "mingde.spoc.example.cn@evil.cn", "mingde.spoc.example.cn/evil",
    ],
)  # fmt: skip
def test_anything_else_is_nobody(host: str) -> None:
    assert slug_from_host(host, BASE) is None


@given(st.text(max_size=80))
def test_whatever_comes_out_is_a_label_or_nothing(host: str) -> None:
    slug = slug_from_host(host + "." + BASE, BASE)
    assert slug is None or is_dns_label(slug)


def test_reserved_labels_are_labels() -> None:
    assert all(is_dns_label(label) for label in RESERVED_LABELS)
