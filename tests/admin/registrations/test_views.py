"""The pages of 注册学生: list, adding, removing with a reason, the waiting list, figures and the workbook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from app.models import CourseOffering, User
from tenants.registry import SchoolInfo
from tests.support.courses import put_offering, put_registration
from tests.support.pages import post

MakeUser = Callable[..., User]


@pytest.fixture
def offering(alliance: SchoolInfo, school: SchoolInfo) -> CourseOffering:
    """A course with two seats."""
    return put_offering(alliance, school, seats=2)


def test_students_are_added_shown_and_removed_with_a_reason(
    office: FlaskClient, school: SchoolInfo, offering: CourseOffering, make_user: MakeUser
) -> None:
    here = f"/manage/offerings/{offering.id}/registrations/"
    assert "还没有学生注册" in office.get(here).text
    people = [make_user(school, real_name=f"新生{n}") for n in range(3)]
    shut = make_user(school, real_name="停用生", status="disabled")
    page = office.get(f"{here}add").text
    assert all(user.real_name in page for user in (*people, shut))
    assert f'value="{shut.id}"' not in page
    ids = [user.id for user in (*people, shut)]
    answer = post(office, f"{here}add", rowid=ids)
    said = office.get(answer.location).text
    assert "已添加 2 名学生" in said
    assert "1 人因名额已满未能注册" in said
    assert "1 人账号已停用" in said
    # What was acted on is ticked no more, neither here nor on other pages of the list; also when it is empty now.
    assert "data-done" in said
    assert "data-done" not in office.get(f"{here}add").text
    page = office.get(f"{here}?q=新生0").text
    assert "新生0" in page
    assert "新生1" not in page
    asked = post(office, f"{here}remove", rowid=[people[0].id])
    assert asked.status_code == 200
    assert "新生0" in asked.text
    refused = post(office, f"{here}remove", rowid=[people[0].id], reason=" ")
    assert refused.status_code == 422
    assert "请填写移出的原因" in refused.text
    done = post(office, f"{here}remove", rowid=[people[0].id], reason="休学")
    assert done.status_code == 303
    left = office.get(done.location).text
    assert "已移出 1 名学生" in left
    assert "data-done" in left
    last = office.get(post(office, f"{here}remove", rowid=[people[1].id], reason="休学").location).text
    assert "还没有学生注册" in last
    assert "data-done" in last


def test_the_waiting_list_is_kept(
    office: FlaskClient,
    school: SchoolInfo,
    offering: CourseOffering,
    make_user: MakeUser,
    client_for: Callable[..., FlaskClient],
) -> None:
    people = [make_user(school, real_name=f"候补{n}", must_change_password=False) for n in range(4)]
    for user in people:
        post(client_for(school, user), f"/courses/{offering.id}/register")
    here = f"/manage/offerings/{offering.id}/registrations/waiting"
    page = office.get(here).text
    assert page.index("候补2") < page.index("候补3")
    refused = post(office, here, rowid=[people[3].id], action="admit")
    full = office.get(refused.location).text
    assert "剩余名额 0 个" in full
    assert "data-done" not in full
    removed = post(office, here, rowid=[people[2].id], action="remove")
    assert "已移出 1 人" in office.get(removed.location).text
    assert "候补2" not in office.get(here).text
    assert post(office, here, rowid=[people[3].id], action="nonsense").status_code == 404
    assert post(office, here, action="remove").status_code == 303


def test_figures_are_drawn_and_stand_in_tables(
    office: FlaskClient, school: SchoolInfo, offering: CourseOffering, make_user: MakeUser
) -> None:
    here = f"/manage/offerings/{offering.id}/registrations/figures"
    assert "data-chart" not in office.get(here).text
    put_registration(school, offering, make_user(school))
    page = office.get(here).text
    assert page.count("data-chart=") == 2
    assert "无班级" in page


def test_the_workbook_has_typed_cells_and_no_formula(
    office: FlaskClient, school: SchoolInfo, offering: CourseOffering, make_user: MakeUser
) -> None:
    user = make_user(school, real_name="=1+1")
    put_registration(school, offering, user)
    answer = post(office, f"/manage/offerings/{offering.id}/registrations/export")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    header, row = list(sheet.iter_rows())
    assert [cell.value for cell in header][:3] == ["学号", "真实姓名", "班级"]
    assert (row[0].value, row[0].data_type) == (user.student_no, "s")
    assert (row[1].value, row[1].data_type) == ("=1+1", "s")
    assert isinstance(row[3].value, datetime)
