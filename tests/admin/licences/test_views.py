"""The pages of 联盟管理 → 课程授权: the matrix, its bulk acts, one licence, and sheets."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models import Course, CourseLicence, CourseOffering, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course
from tests.support.pages import post

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MATRIX = "/manage/licences/"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


@pytest.fixture
def client(alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """A secretary's browser."""
    return client_for(alliance, make_user(alliance, kind="secretary", must_change_password=False))


def key_of(course: Course) -> str:
    return f"{course.school_id}-{course.id}"


def again(page: TestResponse) -> dict[str, list[str]]:
    """The hidden fields of a page's form, to be sent as the page would send them."""
    fields: dict[str, list[str]] = {}
    form = page.text.partition('class="form-actions"')[2]
    for name, value in _HIDDEN.findall(form):
        if name != "csrf_token":
            fields.setdefault(name, []).append(value)
    return fields


def licensed(school: SchoolInfo) -> dict[int, CourseLicence]:
    with school_scope(school.id) as session:
        return {one.course_id: one for one in session.scalars(select(CourseLicence))}


def test_ticked_courses_and_schools_are_previewed_licensed_extended_and_ended(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    courses = [put_course(alliance) for _ in range(2)]
    page = client.get(MATRIX, query_string={"q": courses[0].title}).text
    assert f'value="{key_of(courses[0])}"' in page
    ticks: dict[str, Any] = {
        "course": [key_of(one) for one in courses],
        "school": [school.id, other_school.id],
    }
    form = post(client, MATRIX + "act/", act="license", **ticks)
    assert "2 门课程 × 2 所学校" in form.text
    wrong = post(
        client, MATRIX + "act/", act="license", step="preview", ends_on="2020-01-01", seats="0", **ticks
    )
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    terms = {"ends_on": "2099-07-31", "seats": "40", "term": "2026-2027-1", "local_assessment": "y"}
    preview = post(client, MATRIX + "act/", act="license", step="preview", **terms, **ticks)
    assert "2099-07-31" in preview.text
    assert "2026—2027 学年第一学期" in preview.text
    assert licensed(school) == {}
    fields = again(preview)
    assert fields["granted"] == ["4"]
    done = post(client, MATRIX + "act/", step="save", **fields)
    assert done.status_code == 303
    assert "done=1" in done.location
    for one in (school, other_school):
        assert {(row.seats, row.local_assessment, row.term) for row in licensed(one).values()} == {
            (40, True, "2026-2027-1")
        }
        with school_scope(one.id) as session:
            assert session.scalars(select(CourseOffering.status)).all() == ["unhandled"] * 2
    # The same again would write nothing, so there is no button for it.
    assert (
        "没有需要写入的变化"
        in post(client, MATRIX + "act/", act="license", step="preview", **terms, **ticks).text
    )
    stale = post(client, MATRIX + "act/", step="save", **fields)
    assert stale.status_code == 200 or stale.status_code == 422
    assert "没有需要写入的变化" in stale.text
    longer = post(client, MATRIX + "act/", act="extend", step="preview", ends_on="2099-12-31", **ticks)
    assert post(client, MATRIX + "act/", step="save", **again(longer)).status_code == 303
    assert {str(row.ends_on) for row in licensed(school).values()} == {"2099-12-31"}
    end = post(client, MATRIX + "act/", act="end", course=key_of(courses[0]), school=[school.id])
    assert post(client, MATRIX + "act/", step="save", **again(end)).status_code == 303
    assert str(licensed(school)[courses[0].id].ends_on) < "2099-01-01"
    assert str(licensed(school)[courses[1].id].ends_on) == "2099-12-31"


def test_all_that_match_are_taken_by_the_filters(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    mark = f"全选{school.unit_code}"
    courses = [put_course(alliance, title=f"{mark}之{number}") for number in range(30)]
    page = client.get(MATRIX, query_string={"q": mark, "school_q": school.unit_code}).text
    assert "全部 30 门课程" in page
    assert "全部 1 所学校" in page
    chosen = {"all_courses": "1", "all_schools": "1", "q": mark, "school_q": school.unit_code}
    preview = post(client, MATRIX + "act/", act="license", step="preview", **chosen)
    post(client, MATRIX + "act/", step="save", **again(preview))
    assert set(licensed(school)) == {course.id for course in courses}
    assert licensed(other_school) == {}


def test_nothing_ticked_says_so_and_nonsense_is_no_selection(
    client: FlaskClient, alliance: SchoolInfo
) -> None:
    course = put_course(alliance)
    for fields in (
        {},
        {"course": "x-y", "school": ["1"]},
        {"course": key_of(course), "school": ["-1", "9" * 40]},
    ):
        answer = post(client, MATRIX + "act/", act="license", **fields)
        assert answer.status_code == 303
        assert "请先在表格中勾选课程和学校" in client.get(answer.location).text
    assert (
        post(client, MATRIX + "act/", act="license", course="1-999999999", school="999999999").status_code
        == 404
    )
    assert client.get(MATRIX + "act/").status_code == 303
    for query in (
        "page=0&schools_page=-3",
        "page=99999&schools_page=999999999999999999999",
        "source=<x>&q=%00",
    ):
        assert client.get(f"{MATRIX}?{query}").status_code == 200


def test_a_cell_is_granted_changed_and_ended_on_its_own_page(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    address = f"{MATRIX}{alliance.id}/{course.id}/{school.id}/"
    assert "未授权" in client.get(address).text
    assert post(client, address, seats="12").status_code == 303
    assert licensed(school)[course.id].seats == 12
    assert "有效" in client.get(address).text
    refused = post(client, address, seats="-1")
    assert (refused.status_code, 'id="seats-error"' in refused.text) == (422, True)
    assert post(client, address + "end").status_code == 303
    page = client.get(address).text
    assert "已结束" in page
    assert "重新授权" in page
    assert client.get(f"{MATRIX}{school.id}/{course.id}/{school.id}/").status_code == 404


def test_a_list_is_exported_mended_sent_back_and_saved(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    post(client, f"{MATRIX}{alliance.id}/{course.id}/{school.id}/", seats="12")
    exported = client.get(f"{MATRIX}list.xlsx?course={course.id}")
    assert exported.headers["Content-Disposition"].startswith("attachment")
    book = load_workbook(BytesIO(exported.data))
    book.active["G2"] = 90  # type: ignore[index]
    content = BytesIO()
    book.save(content)
    sent = post(client, MATRIX + "sheets/", file=(BytesIO(content.getvalue()), "授权.xlsx"))
    assert sent.status_code == 303
    preview = client.get(sent.location).text
    assert "将新建 0 项、修改 1 项授权" in preview
    assert licensed(school)[course.id].seats == 12
    assert post(client, sent.location + "save").status_code == 303
    assert licensed(school)[course.id].seats == 90
    assert "已保存" in client.get(MATRIX + "sheets/").text
    assert client.get(f"{MATRIX}matrix.xlsx?q={course.title}").status_code == 200
    for name, body in (("", b""), ("x.xlsx", b""), ("x.xlsx", b"PK\x03\x04"), ("x.html", b"<html>")):
        assert post(client, MATRIX + "sheets/", file=(BytesIO(body), name)).status_code == 422
    assert client.get(MATRIX + "sheets/999999999/").status_code == 404
