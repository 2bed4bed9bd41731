"""Rosters of teachers, as schools and other programs write them."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.imports.teachers import LABELS
from app.sheets.reading.refusals import SheetRefused
from app.sheets.reading.workbook import Grid, Workbook
from tests.support.sheets import read_teachers

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("姓名", "real_name"),
        ("教师姓名（必填）", "real_name"),
        ("手机号码", "mobile"),
        ("用户邮箱", "email"),
        ("个人简介", "bio"),
        ("照片", "picture"),
        ("证件号码", "id_number"),
        ("登录名", "login_name"),
    ],
)
def test_words_of_schools_programs_are_known(word: str, field: str) -> None:
    others = [label for name, label in LABELS.items() if name not in (field, "login_name")]
    sheet = read_teachers(Workbook("xlsx", [Grid("a", [[*others, word], ["x"] * (len(others) + 1)])]))
    assert sheet.labels[field]


def test_names_alone_are_a_roster() -> None:
    sheet = read_teachers(Workbook("xlsx", [Grid("a", [["姓名"], ["王芳"]])]))
    assert [row.cells["real_name"] for row in sheet.rows] == ["王芳"]


def test_students_are_not_taken_for_teachers() -> None:
    with pytest.raises(SheetRefused, match="这像是学生名单"):
        read_teachers(Workbook("xlsx", [Grid("a", [["姓名", "学号"], ["王芳", "1"]])]))
