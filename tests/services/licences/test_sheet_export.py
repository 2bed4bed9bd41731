"""Licences as files: a list that can be sent back, and the matrix."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook

from app.context import Context
from app.errors import Conflict
from app.rules.licences.conditions import LicenceState, Terms
from app.services.licences.bulk import end_licences, license_courses
from app.services.licences.lists import LicensableFilter
from app.services.licences.rows import CourseRef
from app.services.licences.sheet_export import licence_list_file, licence_matrix_file
from app.services.licences.sheet_import import (
    apply_licence_import,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_course
from tests.support.licences import check_sheet


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
    found = check_sheet(secretariat, content)
    # The one that has ended is as it was, too.
    assert found.counts == {"create": 0, "change": 0, "unchanged": 2, "problem": 0}
    with pytest.raises(Conflict):
        apply_licence_import(secretariat, import_id=found.id)
    only = licence_list_file(secretariat, course_id=course.id, state=LicenceState.ENDED)
    assert load_workbook(BytesIO(only)).active.max_row == 2  # type: ignore[union-attr]


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
