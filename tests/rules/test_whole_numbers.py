"""Whole numbers from addresses and forms."""

from __future__ import annotations

import pytest

from app.rules.shared.whole_numbers import BIGINT, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), (str(BIGINT), BIGINT)])
def test_plain_digits_are_read(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 7",
        "7 ",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "1_000",
        "٣",
        "７",
        "²",
        "x",
        "\x007",
        str(BIGINT + 1),
        "9" * 5000,
    ],
)
def test_anything_else_is_no_number(text: str) -> None:
    assert whole_number(text) is None


def test_the_most_is_the_callers() -> None:
    assert [whole_number(text, 9) for text in ("9", "10")] == [9, None]
