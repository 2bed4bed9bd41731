"""The values of an account typed into a form, read by the rules of the imports."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.people.typed_account import KINDS, labels_of, read_account, required_of

TODAY = date(2026, 9, 10)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_required_is_a_field_of_the_form_and_missing_in_an_empty_one(kind: str) -> None:
    assert required_of(kind) <= set(labels_of(kind))
    assert "picture" not in labels_of(kind)
    empty = read_account(kind, {}, unit_code="90001", today=TODAY)
    assert set(empty.wrong) == set(required_of(kind))


def test_a_student_is_read_as_from_a_file_and_problems_stand_at_their_fields() -> None:
    typed = {
        "student_no": "９０００１001",
        "real_name": "张 三",
        "class_name": "一班",
        "entry_year": "2026级",
        "mobile": "1",
        "nonsense": "x",
    }
    read = read_account("student", typed, unit_code="90001", today=TODAY)
    assert (read.values["student_no"], read.values["real_name"], read.values["entry_year"]) == (
        "90001001",
        "张三",
        2026,
    )
    assert set(read.wrong) == {"mobile"}
    assert "nonsense" not in read.values


def test_staff_have_no_student_number_and_administrators_the_fields_of_teachers() -> None:
    assert labels_of("teacher") == labels_of("administrator")
    assert "student_no" not in labels_of("teacher")
    read = read_account("teacher", {"real_name": "王芳", "bio": "教授\n博士"}, unit_code="90001", today=TODAY)
    assert (read.values["bio"], read.wrong) == ("教授\n博士", {})
