"""The summary of an import: its JSON form, and problems grouped."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.errors import msg
from app.rules.shared.problems import Problem
from app.services.imports.shared.questions import Namesake, Question
from app.services.imports.shared.summary import (
    Counts,
    OtherYear,
    PlannedClass,
    ProblemGroup,
    Result,
    Scope,
    Summary,
    Undone,
    blank_remarks,
    group_problems,
    spelling_remarks,
)
from app.sheets.rosters.findings import Remark


def test_a_summary_comes_back_from_json_as_it_was() -> None:
    full = Summary(
        header=("学号", "姓名"),
        counts=Counts(create=1, change=2, unchanged=3, problem=4, left_out=5),
        remarks=(Remark(msg("还有 %(n)s 行", n=2), missing=True, take="rows", rows=(1, 2)),),
        left_out={"hidden": 5},
        sheets=("一班", "二班"),
        problems=(ProblemGroup("学号", msg("不能为空"), 4, (2, 3)),),
        classes=(PlannedClass(9, "一班", 2026, None, 5, (OtherYear(3, "2025001", 2025),)),),
        warnings=(ProblemGroup("", msg("没有图片 %(name)s", name="a.jpg"), 1, (7,)),),
        questions=(Question(4, "王芳", "", (Namesake(7, "x"),)),),
        asked=1,
        missing_unit_code=2,
        held=3,
        edited=4,
        mapped="教务老师",
        scope=Scope(classes=(1, 2), years=(2026,)),
        result=Result(created=1, classes=(9,)),
        undone=Undone(removed=1, kept=2),
    )
    for summary in (full, Summary()):
        assert Summary.from_json(json.loads(json.dumps(summary.as_json()))) == summary
    assert Summary.from_json({}) == Summary()
    assert (full.counts.rows, full.counts.people, full.counts.good) == (15, 10, 3)


def test_a_summary_of_the_previous_version_still_reads() -> None:
    old = Summary(counts=Counts(create=2)).as_json()
    for name in ("remarks", "left_out", "sheets"):
        del old[name]
    del old["counts"]["left_out"]
    assert Summary.from_json(json.loads(json.dumps(old))) == Summary(counts=Counts(create=2))


def test_the_same_problem_of_a_column_is_said_once_with_its_first_rows_and_the_commonest_first() -> None:
    problems = [Problem(2, "邮箱", msg("格式不正确"), "x")]
    problems += [Problem(row, "手机号", msg("与第 %(rows)s 行重复", rows=row), "x") for row in range(3, 10)]
    commonest, other = group_problems(problems)
    assert (commonest.label, commonest.count, commonest.rows) == ("手机号", 7, (3, 4, 5, 6, 7))
    assert str(commonest.message) == "与第 3 行重复"
    assert (other.label, other.count, other.rows) == ("邮箱", 1, (2,))


@dataclass(frozen=True)
class Row:
    """A checked row."""

    blanked: int


def test_spellings_of_a_class_and_words_for_nothing_are_remarks() -> None:
    (remark,) = spelling_remarks({"护理2411班": ["护理 2411班", "护理(2411)班"]})
    assert (
        str(remark.message) == "班级“护理2411班”的其他写法（“护理 2411班”、“护理(2411)班”）按同一个班级处理"
    )
    rows = [Row(blanked) for blanked in (2, 0, 1)]
    assert [str(remark.message) for remark in blank_remarks(rows)] == [
        "有 3 处写着“无”“-”之类的字样，按空白处理"
    ]
    assert blank_remarks(rows[1:2]) == ()
