"""教务管理 → 班级管理: the list, and a class as its head teacher sees it."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.pages import post, statements
from tests.support.teaching import put_class

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


def test_the_list_narrows_and_costs_the_same_for_many(
    office: FlaskClient, school: SchoolInfo, class_id: int
) -> None:
    office.get("/manage/classes/")
    with statements(db.engine) as few:
        office.get("/manage/classes/")
    for n in range(2, 9):
        put_class(school, number=f"202600{n}", name=f"{n}班", entry_year=2020 + n % 3, major="临床")
    with statements(db.engine) as many:
        page = office.get("/manage/classes/").text
    assert len(few) == len(many)
    assert "8班" in page
    assert "8班" not in office.get("/manage/classes/?major=药学").text
    assert "8班" not in office.get("/manage/classes/?year=2021").text
    assert "没有找到符合条件的班级" in office.get("/manage/classes/?teacher=5").text
    assert post(office, f"/manage/classes/{class_id}/archive").status_code == 303
    assert "班级已归档" in office.get(f"/manage/classes/{class_id}/").text
    assert "一班" not in office.get("/manage/classes/").text
    assert "一班" in office.get("/manage/classes/?state=archived").text
    assert post(office, f"/manage/classes/{class_id}/restore").status_code == 303
    assert post(office, f"/manage/classes/{class_id}/delete").location.endswith("/manage/classes/")


def test_a_head_teacher_sees_his_class_and_changes_nothing(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    teacher = make_user(school, kind="teacher", must_change_password=False)
    class_id = put_class(school, number="2026009", name="九班", entry_year=2026, head_teacher_id=teacher.id)
    client = client_for(school, teacher)
    page = client.get(f"/manage/classes/{class_id}/").text
    for words in ("关联学生", "选课</a>", "归档", "删除班级", "整班转入"):
        assert words not in page
    assert "选课记录" in client.get(f"/manage/classes/{class_id}/selections").text
    for path in ("select", "students", "students/associated", "move", "edit/"):
        assert client.get(f"/manage/classes/{class_id}/{path}").status_code == 404
