"""Licences from a sheet: the preview, and what 保存 writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, NotAllowed, NotFound
from app.models import AuditEntry, CourseLicence, CourseOffering
from app.rules.licences.conditions import Terms
from app.rules.permissions import Role
from app.services.licences.bulk import license_courses
from app.services.licences.rows import CourseRef
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
from tests.support.licences import check_sheet, licence_sheet

MakeCtx = Callable[..., Context]


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
    found = check_sheet(secretariat, licence_sheet(rows))
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


def test_what_changed_after_the_check_is_not_overwritten(
    secretariat: Context, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    found = check_sheet(
        secretariat, licence_sheet([["课程名称", "单位代码", "名额"], [course.title, school.unit_code, 8]])
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
    found = check_sheet(secretariat, licence_sheet(rows))
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
        (licence_sheet([["甲", "乙"], [1, 2]]), "课程名称"),
        (licence_sheet([["课程名称", "名额"], ["甲", 2]]), "学校"),
        (licence_sheet([["课程名称", "学校"]]), "只有表头"),
    ],
)
def test_a_file_that_is_no_sheet_of_licences_says_what_was_expected(
    secretariat: Context, content: bytes, said: str
) -> None:
    with pytest.raises(SheetRefused) as refused:
        start_licence_import(secretariat, filename="x.xlsx", content=content)
    assert said in str(refused.value)


def test_only_the_secretariat_sends_sheets(
    secretariat: Context, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    found = check_sheet(secretariat, licence_sheet([["课程名称", "学校"], ["无", "无"]]))
    administrator = make_ctx(school)
    with pytest.raises(NotAllowed):
        start_licence_import(administrator, filename="x.xlsx", content=b"x")
    with pytest.raises(NotAllowed):
        show_licence_import(administrator, import_id=found.id)
    with pytest.raises(NotFound):
        show_licence_import(make_ctx(alliance, Role.SECRETARY), import_id=2**40)
