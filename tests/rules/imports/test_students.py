from __future__ import annotations

from collections.abc import Callable
from cProfile import Profile
from dataclasses import dataclass, field
from datetime import date

import pytest

from app.rules.imports.students import LABELS, CheckedStudent, check_student, find_duplicates
from app.rules.shared.cells import Cell
from samples.roster import make_rows

TODAY = date(2026, 11, 23)


@dataclass
class Row:
    row_no: int = 7
    cells: dict[str, Cell] = field(default_factory=dict)


def good(**changes: Cell) -> dict[str, Cell]:
    return {"student_no": "900012026001", "real_name": "张三", "class_name": "2026级临床医学1班", **changes}


def check(row_no: int = 7, *, add_unit_code: bool = False, **changes: Cell) -> CheckedStudent:
    row = Row(row_no, good(**changes))
    return check_student(row, unit_code="90001", today=TODAY, add_unit_code=add_unit_code)


def said(checked: CheckedStudent) -> list[str]:
    return [f"{problem.column_label}：{problem.message}" for problem in checked.problems]


def test_the_three_required_columns_are_enough() -> None:
    checked = check()
    assert checked.problems == ()
    assert checked.values.student_no == "900012026001"
    assert checked.values.class_name == "2026级临床医学1班"
    assert checked.values.id_number is None


@pytest.mark.parametrize(
    ("column", "label"), [("student_no", "学号"), ("real_name", "真实姓名"), ("class_name", "所属班级")]
)
@pytest.mark.parametrize("blank", [None, "", "　", "\u200b"])
def test_required_cells_must_not_be_empty(column: str, label: str, blank: str | None) -> None:
    assert said(check(**{column: blank})) == [f"{label}：不能为空"]


def test_the_nickname_is_the_real_name_unless_given() -> None:
    assert check().values.nickname == "张三"
    assert check(nickname="小三").values.nickname == "小三"


def test_a_student_number_begins_with_the_unit_code() -> None:
    assert said(check(student_no="2026001")) == ["学号：没有以本校单位代码 90001 开头"]
    assert said(check(student_no="90001")) == ["学号：单位代码后面缺少学生自己的号码"]


def test_the_unit_code_is_added_where_it_is_missing_when_asked() -> None:
    assert check(student_no=2026001.0, add_unit_code=True).values.student_no == "900012026001"
    assert check(student_no="900012026001", add_unit_code=True).values.student_no == "900012026001"
    assert said(check(student_no="1" * 30, add_unit_code=True)) == ["学号：超过 32 个字符"]


def test_birth_date_and_gender_come_from_the_id_number_when_empty() -> None:
    values = check(id_number="11010519491231002x").values
    assert (values.id_number, values.birth_date, values.gender) == (
        "11010519491231002X",
        date(1949, 12, 31),
        "female",
    )


def test_birth_date_and_gender_are_checked_against_the_id_number() -> None:
    checked = check(id_number="11010519491231002X", birth_date="19491230", gender="男")
    assert said(checked) == ["出生年月：与身份证号中的出生日期不一致", "性别：与身份证号中的性别不一致"]
    assert [problem.shown for problem in checked.problems] == ["1949****", "男"]


def test_problems_name_the_row_and_the_header_as_written_and_hide_personal_values() -> None:
    row = Row(12, good(id_number="110105194912310021", mobile="1381234", email="zhang"))
    labels = {"id_number": "证件号码"}
    problems = check_student(row, unit_code="90001", today=TODAY, labels=labels).problems
    assert [(problem.row_no, problem.column_label, problem.shown) for problem in problems] == [
        (12, "邮箱", "zh***"),
        (12, "证件号码", "110105********0021"),
        (12, "手机号", "138****"),
    ]


def test_equal_problems_have_equal_messages_so_that_they_can_be_counted() -> None:
    assert check(7, student_no="1").problems[0].message == check(8, student_no="2").problems[0].message


def test_one_row_can_have_a_problem_in_every_column() -> None:
    bad = dict.fromkeys(LABELS, "#REF!")
    checked = check(**bad)
    assert len(checked.problems) == 12
    assert {str(problem.message) for problem in checked.problems} == {
        "单元格是错误值（如 #REF!），请改为具体内容"
    }


def test_doubles_are_named_in_every_row_of_the_group() -> None:
    rows = [
        check(3, id_number="11010519491231002X"),
        check(4, student_no="900012026002", id_number="11010519491231002x"),
        check(9, student_no="900012026002", email="a@example.com"),
        check(10, student_no="900012026003", email="A@example.com", mobile="13800000000"),
        check(11, student_no="900012026004"),
    ]
    assert [
        (problem.row_no, problem.column_label, str(problem.message), problem.shown)
        for problem in find_duplicates(rows)
    ] == [
        (3, "身份证号", "与第 4 行重复", "110105********002X"),
        (4, "学号", "与第 9 行重复", "900012026002"),
        (4, "身份证号", "与第 3 行重复", "110105********002X"),
        (9, "学号", "与第 4 行重复", "900012026002"),
        (9, "邮箱", "与第 10 行重复", "a***@example.com"),
        (10, "邮箱", "与第 9 行重复", "a***@example.com"),
    ]


def test_a_large_group_of_doubles_names_five_other_rows() -> None:
    problems = find_duplicates([check(row_no) for row_no in range(3, 5003)])
    assert len(problems) == 5000
    assert str(problems[0].message) == "与第 4、5、6、7、8 等行重复"
    assert str(problems[-1].message) == "与第 3、4、5、6、7 等行重复"


def test_empty_values_are_no_doubles() -> None:
    assert find_duplicates([check(3, student_no=None), check(4, student_no=None)]) == []


def _calls(work: Callable[[], object]) -> int:
    """How many functions the work calls."""
    profile = Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_work_of_a_check_grows_with_the_rows_and_not_faster() -> None:
    rows = [Row(number, dict(row)) for number, row in enumerate(make_rows(10_000, 1, "90001"), start=4)]

    def check_first(count: int) -> None:
        checked = [check_student(row, unit_code="90001", today=TODAY) for row in rows[:count]]
        assert not any(student.problems for student in checked)
        assert find_duplicates(checked) == []

    assert _calls(lambda: check_first(10_000)) < 11 * _calls(lambda: check_first(1_000))


def test_words_for_nothing_are_empty_where_nothing_is_needed() -> None:
    checked = check_student(
        Row(3, good(mobile="无", email="-", major="暂无")), unit_code="90001", today=TODAY
    )
    assert checked.problems == ()
    assert (checked.values.mobile, checked.values.email, checked.values.major, checked.blanked) == (
        None,
        None,
        None,
        3,
    )


@pytest.mark.parametrize("field", ["real_name", "class_name"])
def test_words_for_nothing_are_a_problem_where_something_is_needed(field: str) -> None:
    checked = check_student(Row(3, good(**{field: "同上"})), unit_code="90001", today=TODAY)
    assert [str(problem.message) for problem in checked.problems] == ["写的是“同上”，请填写真实的内容"]


def test_codes_are_read_as_a_person_has_explained_them() -> None:
    codes = {"gender": {"0": "女", "1": "男"}}
    for cell, gender in ((0.0, "female"), ("1", "male"), ("1.0", "male")):
        row = Row(
            3, {"student_no": "900012024001", "real_name": "王小明", "class_name": "1班", "gender": cell}
        )
        assert check_student(row, unit_code="90001", today=TODAY, codes=codes).values.gender == gender
