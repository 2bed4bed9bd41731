"""The names of rows, and the words for rows that are left out."""

from __future__ import annotations

from flask import Flask

from admin.imports.row_names import reason_buttons, reason_counts, row_label


def test_a_row_is_named_with_its_sheet_when_several_were_read(app: Flask) -> None:
    with app.test_request_context():
        assert row_label(5, ()) == "第 5 行"
        assert row_label(5, ("一班", "二班")) == "一班 第5行"
        assert row_label(100_005, ("一班", "二班")) == "二班 第5行"


def test_reasons_are_counted_in_words(app: Flask) -> None:
    with app.test_request_context():
        left_out = {"not_a_person": 2, "hidden": 3}
        assert reason_counts(left_out) == ["不是人员的 2 行", "隐藏或筛选掉的 3 行"]
        assert reason_buttons(left_out)[0] == ("not_a_person", "读入不是人员的 2 行", 2)
