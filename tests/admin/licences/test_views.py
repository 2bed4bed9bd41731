"""联盟管理 → 课程授权: one licence, and the form for several schools."""

from __future__ import annotations

from flask.testing import FlaskClient

from tenants.registry import SchoolInfo
from tests.support.courses import put_course
from tests.support.licences import licensed
from tests.support.manage import send
from tests.support.pages import post

MATRIX = "/manage/licences/"


def test_a_cell_is_granted_changed_and_ended_on_its_own_page(
    secretary_client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    address = f"{MATRIX}{alliance.id}/{course.id}/{school.id}/"
    assert "未授权" in secretary_client.get(address).text
    assert post(secretary_client, address, seats="12").status_code == 303
    assert licensed(school)[course.id].seats == 12
    assert "有效" in secretary_client.get(address).text
    refused = post(secretary_client, address, seats="-1")
    assert (refused.status_code, 'id="seats-error"' in refused.text) == (422, True)
    assert post(secretary_client, address + "end").status_code == 303
    page = secretary_client.get(address).text
    assert "已结束" in page
    assert "重新授权" in page
    assert secretary_client.get(f"{MATRIX}{school.id}/{course.id}/{school.id}/").status_code == 404


def test_licensing_without_a_school_says_so_and_keeps_the_form(
    secretary_client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course_id = f"{alliance.id}-{put_course(alliance).id}"
    answer = send(secretary_client, "/manage/licences/new/", course_id=course_id, seats="12")
    assert answer.status_code == 422
    assert "请至少选择一所学校" in answer.text
    assert 'value="12"' in answer.text
    bad = send(
        secretary_client,
        "/manage/licences/new/",
        course_id=course_id,
        school_ids=[school.id],
        ends_on="2020-01-01",
    )
    assert "不能早于今天" in bad.text
    assert f'value="{school.id}" checked' in bad.text
