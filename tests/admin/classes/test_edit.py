"""Adding and changing classes through their forms."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.pages import post

MakeUser = Callable[..., User]


def test_a_class_is_added_and_a_second_one_of_its_name_is_marked(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    teacher = make_user(school, kind="teacher", real_name="顾老师", login_name="gu")
    typed = {"name": "一班", "entry_year": "2026", "major": "药学", "head_teacher": "顾老师 · gu"}
    answer = post(office, "/manage/classes/new/", **typed)
    assert answer.status_code == 303
    page = office.get(answer.location).text
    assert "班级编号 2026001" in page
    assert "顾老师" in page
    again = post(office, "/manage/classes/new/", **typed)
    assert again.status_code == 422
    assert "同一入学年份已有这个班级（编号 2026001）" in again.text
    wrong = post(office, "/manage/classes/new/", name="", entry_year="x")
    assert wrong.status_code == 422
    edit = answer.location + "edit/"
    assert "顾老师 · gu" in office.get(edit).text
    assert post(office, edit, **(typed | {"name": "二班"})).status_code == 303
    assert f'selected value="{teacher.id}"' in office.get(answer.location).text
    assert "二班" in office.get(answer.location).text
