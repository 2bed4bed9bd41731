"""Licences by sheet: the round trip, the preview, problems by row, and the result of 保存."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, NotAllowed, NotFound
from app.models import AuditEntry, CourseLicence, CourseOffering, LicenceImport
from app.rules.licences.conditions import LicenceState, Terms
from app.rules.permissions import Role
from app.services.licences.bulk import end_licences, license_courses
from app.services.licences.lists import LicensableFilter
from app.services.licences.rows import CourseRef
from app.services.licences.sheet_export import licence_list_file, licence_matrix_file
from app.services.licences.sheet_import import (
    apply_licence_import,
    discard_licence_import,
    show_licence_import,
    start_licence_import,
)
from app.sheets.reading.refusals import SheetRefused
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.courses import days, put_course

MakeCtx = Callable[..., Context]


def sheet_of(rows: Sequence[Sequence[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def checked(ctx: Context, content: bytes) -> LicenceImport:
    with unit_of_work(ctx) as inner:
        return start_licence_import(inner, filename="授权.xlsx", content=content)


def problems_of(ctx: Context, found: LicenceImport) -> list[tuple[int, str, str]]:
    shown = show_licence_import(ctx, import_id=found.id, part="problem")
    return [(one.row_no, one.column_label, str(one.message)) for one in shown.rows.rows]


def test_what_is_exported_can_be_sent_back_and_changes_nothing(
    secretariat: Context, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    course = put_course(alliance, title=f"=往返{school.unit_code}", code=f"WF{school.unit_code}")
    ref = CourseRef(alliance.id, course.id)
    terms = Terms(starts_on=days(-5), ends_on=days(300), seats=50, term="2026-2027-1", local_assessment=True)
    with unit_of_work(secretariat) as ctx:
        license_courses(ctx, course_refs=[ref], school_ids=[school.id], terms=terms)
        license_courses(ctx, course_refs=[ref], school_ids=[other_school.id], terms=Terms())
        end_licences(ctx, course_refs=[ref], school_ids=[other_school.id])
    content = licence_list_file(secretariat, course_id=course.id)
    sheet = load_workbook(BytesIO(content)).active
    assert sheet is not None
    row = next(row for row in sheet.iter_rows(min_row=2) if row[3].value == school.unit_code)
    # Days are days, numbers are numbers, and no text is a formula.
    assert [cell.data_type for cell in row[:9]] == ["s", "s", "s", "s", "d", "d", "n", "s", "s"]
    assert row[5].value.date() == days(300)
    assert row[9].value == "有效"
    found = checked(secretariat, content)
    # The one that has ended is as it was, too.
    assert found.counts == {"create": 0, "change": 0, "unchanged": 2, "problem": 0}
    with pytest.raises(Conflict):
        apply_licence_import(secretariat, import_id=found.id)
    only = licence_list_file(secretariat, course_id=course.id, state=LicenceState.ENDED)
    assert load_workbook(BytesIO(only)).active.max_row == 2  # type: ignore[union-attr]


def test_a_mended_sheet_is_previewed_and_saved_once(
    secretariat: Context,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_ctx: MakeCtx,
) -> None:
    course = put_course(alliance, code=f"BG{school.unit_code}")
    with unit_of_work(secretariat) as ctx:
        license_courses(
            ctx,
            course_refs=[CourseRef(alliance.id, course.id)],
            school_ids=[school.id],
            terms=Terms(seats=10, term="2026-2027-1"),
        )
    # Codes alone name course and school; columns that are not there leave things as they are.
    rows = [
        ["课程代码", "单位代码", "名额", "截止日期"],
        [course.code, school.unit_code, 30, "2027-07-31"],
        [course.code, int(other_school.unit_code), None, date(2027, 1, 31)],
    ]
    found = checked(secretariat, sheet_of(rows))
    assert found.counts == {"create": 1, "change": 1, "unchanged": 0, "problem": 0}
    (change,) = show_licence_import(secretariat, import_id=found.id, part="change").rows.rows
    assert (change.old.seats, change.new.seats, change.new.term) == (10, 30, "2026-2027-1")
    with unit_of_work(secretariat) as ctx:
        done = apply_licence_import(ctx, import_id=found.id)
    assert (done.granted, done.changed) == (1, 1)
    assert make_ctx(school).session.scalars(select(CourseLicence.seats)).all() == [30]
    inside = make_ctx(other_school).session
    assert inside.scalars(select(CourseLicence.ends_on)).all() == [date(2027, 1, 31)]
    assert inside.scalars(select(CourseOffering.status)).all() == ["unhandled"]
    assert "course.licensed" in inside.scalars(select(AuditEntry.action)).all()
    for again in (apply_licence_import, discard_licence_import):
        with pytest.raises(Conflict):
            again(secretariat, import_id=found.id)


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
    found = checked(secretariat, sheet_of(rows))
    assert found.counts == {"create": 1, "change": 0, "unchanged": 0, "problem": 9}
    told = problems_of(secretariat, found)
    assert [(row, label) for row, label, _ in told] == [
        (3, "课程名称"), (4, "单位代码"), (5, "单位代码"), (6, "截止"), (7, "截止"), (8, "名额"), (8, "学期"),
        (8, "允许本校设置评价"), (9, "学校"), (10, "课程名称"), (11, "课程名称"),
    ]  # fmt: skip
    assert told[1][2] == "没有单位代码为 99999 的成员学校"
    with unit_of_work(secretariat) as ctx:
        assert apply_licence_import(ctx, import_id=found.id).granted == 1


def test_what_changed_after_the_check_is_not_overwritten(
    secretariat: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    found = checked(
        secretariat, sheet_of([["课程名称", "单位代码", "名额"], [course.title, school.unit_code, 8]])
    )
    with unit_of_work(secretariat) as ctx:
        license_courses(
            ctx, course_refs=[CourseRef(alliance.id, course.id)], school_ids=[school.id], terms=Terms(seats=9)
        )
    with pytest.raises(Conflict):
        apply_licence_import(secretariat, import_id=found.id)
    with unit_of_work(secretariat) as ctx:
        assert discard_licence_import(ctx, import_id=found.id).rows == []


def test_another_change_of_the_same_licence_is_not_overwritten_either(
    secretariat: Context, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    given = {"course_refs": [CourseRef(alliance.id, course.id)], "school_ids": [school.id]}
    with unit_of_work(secretariat) as ctx:
        license_courses(ctx, terms=Terms(seats=5), **given)
    rows = [["课程名称", "单位代码", "名额", "截止日期"], [course.title, school.unit_code, 8, days(3)]]
    found = checked(secretariat, sheet_of(rows))
    late = make_ctx(alliance, Role.SECRETARY, now=NOW + timedelta(days=4))
    with pytest.raises(Conflict, match="检查之后"), unit_of_work(late):
        apply_licence_import(late, import_id=found.id)
    with unit_of_work(secretariat) as ctx:
        license_courses(ctx, terms=Terms(seats=6), **given)
    with pytest.raises(Conflict, match="检查之后"), unit_of_work(secretariat):
        apply_licence_import(secretariat, import_id=found.id)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (b"%PDF-1.7", "不是电子表格"),
        (sheet_of([["甲", "乙"], [1, 2]]), "课程名称"),
        (sheet_of([["课程名称", "名额"], ["甲", 2]]), "学校"),
        (sheet_of([["课程名称", "学校"]]), "只有表头"),
    ],
)
def test_a_file_that_is_no_sheet_of_licences_says_what_was_expected(
    secretariat: Context, content: bytes, said: str
) -> None:
    with pytest.raises(SheetRefused) as refused:
        start_licence_import(secretariat, filename="x.xlsx", content=content)
    assert said in str(refused.value)


def test_the_matrix_file_has_a_cell_for_each_pair(
    secretariat: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    mark = f"总表{school.unit_code}"
    shared, own = (
        put_course(alliance, title=f"{mark}甲"),
        put_course(school, title=f"{mark}乙", released=True),
    )
    with unit_of_work(secretariat) as ctx:
        license_courses(
            ctx,
            course_refs=[CourseRef(alliance.id, shared.id)],
            school_ids=[school.id],
            terms=Terms(ends_on=days(300)),
        )
    content = licence_matrix_file(
        secretariat, courses=LicensableFilter(text=mark), school_text=school.unit_code
    )
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0] == ("课程名称", f"{school.name} {school.unit_code}")
    assert dict(rows[1:]) == {shared.title: f"有效 {days(300).isoformat()}", own.title: "本校课程"}


def test_only_the_secretariat_sends_sheets(
    secretariat: Context, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    found = checked(secretariat, sheet_of([["课程名称", "学校"], ["无", "无"]]))
    administrator = make_ctx(school)
    with pytest.raises(NotAllowed):
        start_licence_import(administrator, filename="x.xlsx", content=b"x")
    with pytest.raises(NotAllowed):
        show_licence_import(administrator, import_id=found.id)
    with pytest.raises(NotFound):
        show_licence_import(make_ctx(alliance, Role.SECRETARY), import_id=2**40)
