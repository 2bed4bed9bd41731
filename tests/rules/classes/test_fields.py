"""The fields of a class's form."""

from __future__ import annotations

import pytest

from app.errors import InvalidFields
from app.rules.classes.fields import ClassValues, read_class
from tests.support.app import TODAY


def test_a_class_is_read_as_people_write_it() -> None:
    typed = {"name": " 临床  一班 ", "entry_year": "2026级", "major": ""}
    assert read_class(typed, TODAY) == ClassValues("临床 一班", 2026, None)
    assert read_class({"name": "一班"}, TODAY) == ClassValues("一班", None, None)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": " "}, {"name"}),
        ({"name": "长" * 65, "entry_year": "今年"}, {"name", "entry_year"}),
        ({"name": "一班", "entry_year": "1949", "major": "长" * 65}, {"entry_year", "major"}),
    ],
)
def test_every_wrong_field_is_named(typed: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(InvalidFields) as refusal:
        read_class(typed, TODAY)
    assert set(refusal.value.problems) == wrong
