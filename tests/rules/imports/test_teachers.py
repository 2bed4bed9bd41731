"""Rows of a teacher roster (manual 5.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import pytest

from app.rules.imports.teachers import check_teacher, find_duplicates, new_login_name
from app.rules.shared.cells import Cell, CellFlaw

TODAY = date(2026, 11, 23)


@dataclass
class Row:
    cells: dict[str, Cell] = field(default_factory=dict)
    row_no: int = 4


def test_only_the_name_is_required() -> None:
    assert check_teacher(Row({"real_name": "王芳"}), today=TODAY).problems == ()
    (problem,) = check_teacher(Row({"mobile": "13800000000"}), today=TODAY).problems
    assert (problem.column_label, str(problem.message)) == ("真实姓名", "不能为空")


def test_an_id_number_tells_birth_date_and_gender() -> None:
    values = check_teacher(Row({"real_name": "张 三", "id_number": "110105199003077219"}), today=TODAY).values
    assert (values.real_name, values.birth_date, values.gender) == ("张三", date(1990, 3, 7), "male")


def test_a_text_about_a_teacher_keeps_its_lines() -> None:
    bio = check_teacher(
        Row({"real_name": "王芳", "bio": " 教授。\r\n\n 博士生导师。 "}), today=TODAY
    ).values.bio
    assert bio == "教授。\n\n博士生导师。"


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("bio", "长" * 2001, "超过 2000 个字符"),
        ("picture", "x" * 201, "超过 200 个字符"),
        ("mobile", "12345", "应为 11 位手机号"),
        ("email", "王芳", "不是有效的邮箱地址"),
        ("id_number", "110105199003077218", "校验位不正确"),
        ("id_number", 110105199003077219.0, "数字超过 15 位，Excel 已丢失末位，请将该列设为文本后重新填写"),
        ("login_name", "13800000000", "应以字母开头，只含字母、数字和“-”“_”“.”，2 到 64 个字符"),
        ("bio", CellFlaw.FORMULA, "公式没有计算结果，请改为具体内容"),
    ],
)
def test_a_wrong_cell_is_named_with_its_reason(column: str, cell: Cell, reason: str) -> None:
    (problem,) = check_teacher(Row({"real_name": "王芳", column: cell}), today=TODAY).problems
    assert str(problem.message) == reason


def test_what_stands_twice_in_a_file_is_wrong_in_both_rows() -> None:
    rows = [
        check_teacher(Row({"real_name": name, "mobile": "13800000000"}, row_no), today=TODAY)
        for row_no, name in ((4, "王芳"), (5, "李雷"))
    ]
    assert [str(problem.message) for problem in find_duplicates(rows)] == ["与第 5 行重复", "与第 4 行重复"]


@pytest.mark.parametrize(
    ("name", "taken", "made"),
    [
        ("王芳", set(), "wangfang1"),
        ("王芳", {"wangfang1", "wangfang2"}, "wangfang3"),
        ("阿依古丽·买买提", set(), "ayigulimaimaiti1"),
        ("😀", set(), "teacher1"),
        ("7号", set(), "teacher7hao1"),
    ],
)
def test_a_login_name_is_pinyin_and_the_first_free_number(name: str, taken: set[str], made: str) -> None:
    assert new_login_name(name, taken) == made


def test_the_longest_name_fits_the_column() -> None:
    assert len(new_login_name("庄" * 64, set())) <= 64
