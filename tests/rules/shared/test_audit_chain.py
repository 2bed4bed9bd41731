"""Anchors in log lines, and the positions of a chain that are checked on each day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.rules.shared.audit_chain import Anchor, Head, parts_of_day, read_anchors

DIGEST = bytes(range(32))


@pytest.mark.parametrize("school_id", [None, 12])
def test_an_anchor_is_read_from_the_line_that_it_writes(school_id: int | None) -> None:
    anchor = Anchor("ming-de2", Head(345, DIGEST), school_id)
    assert list(read_anchors(["x", f"2026-09-10 INFO spoc.audit: {anchor}\n", "y"])) == [anchor]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "anchor a:1:" + DIGEST.hex()[:-1],
        "anchor a:-1:" + DIGEST.hex(),
        "anchor a:1:" + DIGEST.hex().upper(),
        "anchor :1:" + DIGEST.hex(),
    ],
)
def test_what_is_no_anchor_is_none(line: str) -> None:
    assert list(read_anchors([line])) == []


@pytest.mark.parametrize("last", [0, 1, 19, 20])
def test_a_short_chain_is_checked_as_a_whole(last: int) -> None:
    assert parts_of_day(last, date(2026, 9, 10), 10) == [range(1, last + 1)]


@pytest.mark.parametrize("last", [21, 29, 30, 31, 99, 100])
def test_of_a_long_chain_the_newest_links_are_checked_daily_and_all_in_turn(last: int) -> None:
    days = [date(2026, 9, 10) + timedelta(days=number) for number in range(-(-(last - 10) // 10))]
    seen: set[int] = set()
    for day in days:
        older, newest = parts_of_day(last, day, 10)
        assert newest == range(last - 9, last + 1)
        assert 0 < len(older) <= 10
        seen |= {*older, *newest}
    assert seen == set(range(1, last + 1))
