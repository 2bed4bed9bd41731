"""Licensing, extending and ending in bulk from the matrix."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.models import CourseOffering
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course
from tests.support.licences import key_of, licensed
from tests.support.pages import post

MATRIX = "/manage/licences/"


_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def again(page: TestResponse) -> dict[str, list[str]]:
    """The hidden fields of a page's form, to be sent as the page would send them."""
    fields: dict[str, list[str]] = {}
    form = page.text.partition('class="form-actions"')[2]
    for name, value in _HIDDEN.findall(form):
        if name != "csrf_token":
            fields.setdefault(name, []).append(value)
    return fields


def test_ticked_courses_and_schools_are_previewed_licensed_extended_and_ended(
    secretary_client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    courses = [put_course(alliance) for _ in range(2)]
    page = secretary_client.get(MATRIX, query_string={"q": courses[0].title}).text
    assert f'value="{key_of(courses[0])}"' in page
    ticks: dict[str, Any] = {
        "course": [key_of(one) for one in courses],
        "school": [school.id, other_school.id],
    }
    form = post(secretary_client, MATRIX + "act/", act="license", **ticks)
    assert "2 门课程 × 2 所学校" in form.text
    wrong = post(
        secretary_client,
        MATRIX + "act/",
        act="license",
        step="preview",
        ends_on="2020-01-01",
        seats="0",
        **ticks,
    )
    assert wrong.status_code == 422
    assert wrong.text.count('aria-invalid="true"') == 2
    terms = {"ends_on": "2099-07-31", "seats": "40", "term": "2026-2027-1", "local_assessment": "y"}
    preview = post(secretary_client, MATRIX + "act/", act="license", step="preview", **terms, **ticks)
    assert "2099-07-31" in preview.text
    assert "2026—2027 学年第一学期" in preview.text
    assert licensed(school) == {}
    fields = again(preview)
    assert fields["granted"] == ["4"]
    done = post(secretary_client, MATRIX + "act/", step="save", **fields)
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
        in post(secretary_client, MATRIX + "act/", act="license", step="preview", **terms, **ticks).text
    )
    stale = post(secretary_client, MATRIX + "act/", step="save", **fields)
    assert stale.status_code == 200 or stale.status_code == 422
    assert "没有需要写入的变化" in stale.text
    longer = post(
        secretary_client, MATRIX + "act/", act="extend", step="preview", ends_on="2099-12-31", **ticks
    )
    assert post(secretary_client, MATRIX + "act/", step="save", **again(longer)).status_code == 303
    assert {str(row.ends_on) for row in licensed(school).values()} == {"2099-12-31"}
    end = post(secretary_client, MATRIX + "act/", act="end", course=key_of(courses[0]), school=[school.id])
    assert post(secretary_client, MATRIX + "act/", step="save", **again(end)).status_code == 303
    assert str(licensed(school)[courses[0].id].ends_on) < "2099-01-01"
    assert str(licensed(school)[courses[1].id].ends_on) == "2099-12-31"


def test_all_that_match_are_taken_by_the_filters(
    secretary_client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    mark = f"全选{school.unit_code}"
    courses = [put_course(alliance, title=f"{mark}之{number}") for number in range(30)]
    page = secretary_client.get(MATRIX, query_string={"q": mark, "school_q": school.unit_code}).text
    assert "全部 30 门课程" in page
    assert "全部 1 所学校" in page
    chosen = {"all_courses": "1", "all_schools": "1", "q": mark, "school_q": school.unit_code}
    preview = post(secretary_client, MATRIX + "act/", act="license", step="preview", **chosen)
    post(secretary_client, MATRIX + "act/", step="save", **again(preview))
    assert set(licensed(school)) == {course.id for course in courses}
    assert licensed(other_school) == {}


def test_nothing_ticked_says_so_and_nonsense_is_no_selection(
    secretary_client: FlaskClient, alliance: SchoolInfo
) -> None:
    course = put_course(alliance)
    for fields in (
        {},
        {"course": "x-y", "school": ["1"]},
        {"course": key_of(course), "school": ["-1", "9" * 40]},
    ):
        answer = post(secretary_client, MATRIX + "act/", act="license", **fields)
        assert answer.status_code == 303
        assert "请先在表格中勾选课程和学校" in secretary_client.get(answer.location).text
    assert (
        post(
            secretary_client, MATRIX + "act/", act="license", course="1-999999999", school="999999999"
        ).status_code
        == 404
    )
    assert secretary_client.get(MATRIX + "act/").status_code == 303
    for query in (
        "page=0&schools_page=-3",
        "page=99999&schools_page=999999999999999999999",
        "source=<x>&q=%00",
    ):
        assert secretary_client.get(f"{MATRIX}?{query}").status_code == 200
