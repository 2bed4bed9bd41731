"""The rows of a sheet, compared with the courses, schools and licences that there are."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from app.context import Context
from app.errors import msg
from app.models import LicenceImport
from app.rules.licences.conditions import Terms
from app.rules.shared.problems import Problem
from app.services.licences.sheet_import import (
    apply_licence_import,
    show_licence_import,
)
from app.services.licences.sheet_plan import Key, LicencePlan, PlannedLicence
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course
from tests.support.licences import check_sheet, licence_sheet


def problems_of(ctx: Context, found: LicenceImport) -> list[tuple[int, str, str]]:
    shown = show_licence_import(ctx, import_id=found.id, part="problem")
    return [(one.row_no, one.column_label, str(one.message)) for one in shown.rows.rows]


def test_problems_name_row_and_column_and_stay_out(
    secretariat: Context, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    course, other, own = put_course(alliance), put_course(alliance), put_course(school, released=True)
    rows = [
        ["课程名称", "学校", "单位代码", "开始", "截止", "名额", "学期", "允许本校设置评价"],
        [course.title, school.name, school.unit_code, None, None, 5, None, "是"],
        ["没有这门课", school.name, None, None, None, None, None, None],
        [course.title, None, "99999", None, None, None, None, None],
        [course.title, other_school.name, school.unit_code, None, None, None, None, None],
        [course.title, other_school.name, None, "2027-05-01", "2027-04-01", None, None, None],
        [other.title, other_school.name, None, None, "2020-01-01", None, None, None],
        [course.title, other_school.name, None, None, None, "很多", "春季", "也许"],
        [own.title, school.name, None, None, None, None, None, None],
        [course.title, school.name, None, None, None, 6, None, None],
        [None, school.name, None, None, None, None, None, None],
    ]
    found = check_sheet(secretariat, licence_sheet(rows))
    assert found.counts == {"create": 1, "change": 0, "unchanged": 0, "problem": 9}
    told = problems_of(secretariat, found)
    assert [(row, label) for row, label, _ in told] == [
        (3, "课程名称"), (4, "单位代码"), (5, "单位代码"), (6, "截止"), (7, "截止"), (8, "名额"), (8, "学期"),
        (8, "允许本校设置评价"), (9, "学校"), (10, "课程名称"), (11, "课程名称"),
    ]  # fmt: skip
    assert told[1][2] == "没有单位代码为 99999 的成员学校"
    with unit_of_work(secretariat) as ctx:
        assert apply_licence_import(ctx, import_id=found.id).granted == 1


def test_a_planned_licence_comes_back_from_json_as_it_was() -> None:
    new = Terms(starts_on=date(2026, 9, 1), seats=8, term="2026-2027-1", local_assessment=True)
    for old in (None, Terms(ends_on=date(2027, 7, 31))):
        planned = PlannedLicence(3, "药理学", "明德医学院", Key(7, 1, 5), new, old)
        assert PlannedLicence.from_json(json.loads(json.dumps(planned.as_json()))) == planned


def test_rows_with_several_problems_are_counted_once() -> None:
    planned = PlannedLicence(3, "药理学", "明德医学院", Key(7, 1, 5), Terms(), None)
    changed = replace(planned, old=Terms(seats=1))
    problems = [Problem(row, "名额", msg("x"), "") for row in (4, 4, 5)]
    plan = LicencePlan([planned, changed, changed], unchanged=7, problems=problems)
    assert plan.counts == {"create": 1, "change": 2, "unchanged": 7, "problem": 2}
