"""Names of classes: what Excel has made of them, and spellings of one class."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.rules.imports.class_names import class_key, read_class_name
from app.rules.shared.cells import Cell, Unreadable


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("临床1班", "临床1班"),
        (1903102.0, "1903102"),
        (240101, "240101"),
        (None, None),
        ("临床\n1班", "临床 1班"),
    ],
)
def test_a_class_is_read_as_it_is_shown(cell: Cell, name: str | None) -> None:
    assert read_class_name(cell) == name


@pytest.mark.parametrize(
    ("cell", "part"),
    [
        (date(2024, 1, 2), "“1-2”"),
        (datetime(2024, 12, 3, tzinfo=UTC), "“12-3”"),
        (date(2024, 1, 1), "“24-1”"),
        (True, "TRUE"),
        (24.1, "24.1"),
    ],
)
def test_what_excel_has_made_of_a_class_is_a_problem_that_shows_what_was_meant(cell: Cell, part: str) -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_class_name(cell)
    assert part in str(unreadable.value)


def test_spellings_of_one_class_have_one_key() -> None:
    keys = {
        class_key(name)
        for name in (
            "护理2411班",
            "护理 2411班",
            "护理（2411）班",
            "护理(2411)班",
            "护理2411\n班",
            "护理２４１１班",
        )
    }
    assert len(keys) == 1
    assert class_key("临床24（1）") == class_key("临床24(1)") == class_key("临床 24 (1)")
    assert class_key("160341B") == class_key("160341b")
    assert class_key("24—1班") == class_key("24-1班")


@pytest.mark.parametrize(
    ("first", "second"), [("临床24(1)", "临床241"), ("24-1班", "241班"), ("1班", "11班")]
)
def test_different_classes_have_different_keys(first: str, second: str) -> None:
    assert class_key(first) != class_key(second)
