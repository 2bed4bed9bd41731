"""The fields that a student may ask to change, and their check."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import InvalidFields
from app.rules.requests.change_requests import check_change, text_of
from app.rules.shared.cells import Cell

CURRENT: dict[str, Cell] = {
    "student_no": "90001001",
    "login_name": None,
    "real_name": "张三锋",
    "nickname": "小张",
    "email": None,
    "mobile": None,
    "birth_date": date(2005, 1, 2),
    "gender": "male",
    "entry_year": 2024,
    "study_years": 5,
    "class_name": "一班",
    "major": None,
    "bio": None,
    "id_number": None,
}
ID_NUMBER = "11010519491231002X"


def change(**typed: str) -> dict[str, tuple[str, str]]:
    """Return the changes that result from this."""
    return check_change(CURRENT, typed, unit_code="90001", today=date(2026, 9, 10))


def test_what_differs_is_named_with_old_and_new() -> None:
    assert change(real_name=" 张三丰 ", major="药学", study_years="5", class_name="") == {
        "real_name": ("张三锋", "张三丰"),
        "major": ("", "药学"),
    }


def test_a_new_id_number_brings_birth_date_and_gender_unless_they_are_typed() -> None:
    assert change(id_number=ID_NUMBER) == {
        "gender": ("男", "女"),
        "birth_date": ("2005-01-02", "1949-12-31"),
        "id_number": ("", ID_NUMBER),
    }
    with pytest.raises(InvalidFields) as refusal:
        change(id_number=ID_NUMBER, birth_date="2005-01-02")
    assert set(refusal.value.problems) == {"birth_date"}


def test_what_is_the_schools_or_ones_own_to_change_is_left_out() -> None:
    assert change(student_no="90001002", nickname="阿丰", email="a@example.cn") == {}


def test_an_old_flaw_is_not_held_against_the_student() -> None:
    flawed = CURRENT | {"real_name": "张?"}
    found = check_change(flawed, {"major": "药学"}, unit_code="90001", today=date(2026, 9, 10))
    assert found == {"major": ("", "药学")}
    with pytest.raises(InvalidFields) as refusal:
        change(entry_year="24")
    assert set(refusal.value.problems) == {"entry_year"}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), ("male", "男"), ("female", "女"), (2024, "2024"), (date(2005, 1, 2), "2005-01-02")],
)
def test_a_value_is_written_as_the_rules_read_it(value: object, text: str) -> None:
    assert text_of(value) == text
