"""Columns that belong together: one field of a person, one mark of an edit by hand."""

from __future__ import annotations

import pytest

from app.services.imports.shared.edit_marks import lead, marks_among


@pytest.mark.parametrize(
    ("column", "stands_for"),
    [
        ("real_name", "real_name"),
        ("name_initials", "real_name"),
        ("mobile", "mobile_sealed"),
        ("mobile_index", "mobile_sealed"),
        ("class_name", "class_id"),
    ],
)
def test_each_column_has_one_that_stands_for_its_field(column: str, stands_for: str) -> None:
    assert lead(column) == lead(stands_for) == stands_for


def test_a_mark_lies_on_all_columns_of_its_field_and_on_no_other() -> None:
    marks = ["mobile", "real_name", "email"]
    assert marks_among(marks, ["mobile_index", "name_pinyin", "major"]) == ["mobile", "real_name"]
    assert marks_among(marks, ["id_number_index"]) == []
