"""The pages of 教务管理 → 班级管理 for an administrator."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import ClassSelection, Registration, SchoolClass, User
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course, put_offering
from tests.support.pages import post, statements
from tests.support.teaching import put_class

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


@pytest.fixture
def office(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """An administrator's browser."""
    return client_for(school, make_user(school, kind="administrator", must_change_password=False))


@pytest.fixture
def class_id(school: SchoolInfo) -> int:
    """A class without students."""
    return put_class(school, number="2026001", name="一班", entry_year=2026, major="药学")


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


def test_association_asks_before_somebody_leaves_a_class(
    office: FlaskClient, school: SchoolInfo, class_id: int, make_user: MakeUser
) -> None:
    other = put_class(school, number="2026002", name="旧班", entry_year=2026)
    there = make_user(school, class_id=other, real_name="旧同学")
    free = make_user(school, real_name="无班")
    base = f"/manage/classes/{class_id}/students"
    page = office.get(base).text
    assert "旧同学" in page
    assert "旧同学" not in office.get(f"{base}?free=1").text
    asked = post(office, f"{base}/add", rowid=[there.id, free.id])
    assert asked.status_code == 200
    assert "1 名学生将离开原班级" in asked.text
    assert "旧班" in asked.text
    told = f"{other}:1"
    assert f'name="leaving" value="{told}"' in asked.text
    done = post(office, f"{base}/add", rowid=[there.id, free.id], leaving=told)
    assert done.status_code == 303
    assert "旧同学" in office.get(f"{base}/associated").text
    # The list on which they were ticked forgets them; the other one has nothing to forget.
    assert "data-done" not in office.get(f"{base}/associated").text
    assert "data-done" in office.get(base).text
    assert "data-done" not in office.get(base).text
    removed = post(office, f"{base}/remove", rowid=[free.id])
    gone = office.get(removed.location).text
    assert "账号和课程注册不变" in gone
    assert "data-done" in gone
    for nobody in ([], ["x"], [10**17]):
        assert post(office, f"{base}/add", rowid=nobody).status_code in (303, 404)
    assert post(office, f"{base}/add?q=无", all="1", total="7").status_code == 303


def test_a_class_moves_with_a_preview_and_back(
    office: FlaskClient, school: SchoolInfo, class_id: int, make_user: MakeUser
) -> None:
    target = put_class(school, number="2026002", name="新班", entry_year=2026)
    student = make_user(school, class_id=class_id)
    base = f"/manage/classes/{class_id}/move"
    assert "转入之后" not in office.get(base).text
    assert "请选择转入的班级" not in office.get(base).text
    # Empty choices do not travel, so the button does.
    unchosen = office.get(f"{base}?preview=1")
    assert (unchosen.status_code, "请选择转入的班级" in unchosen.text) == (422, True)
    assert "转入 1 名学生" in office.get(f"{base}?target={target}").text
    for wrong in (class_id, 10**12):
        assert office.get(f"{base}?target={wrong}").status_code in (422, 404)
    done = post(office, base, target=target, students=1, archive="1")
    page = office.get(done.location).text
    assert "撤销转入" in page
    back = post(office, f"/manage/classes/{target}/move/undo")
    assert back.location.endswith(f"/manage/classes/{class_id}/")
    with school_scope(school.id) as session:
        assert session.get_one(User, (school.id, student.id)).class_id == class_id
        assert session.get_one(SchoolClass, (school.id, class_id)).archived_at is None
    assert post(office, f"/manage/classes/{target}/move/undo").status_code == 404


def test_courses_are_chosen_told_answered_and_undone(
    office: FlaskClient, school: SchoolInfo, class_id: int, make_user: MakeUser
) -> None:
    make_user(school, class_id=class_id)
    make_user(school, class_id=class_id, status="disabled")
    offering = put_offering(school, school, put_course(school, title="内科学"))
    base = f"/manage/classes/{class_id}"
    assert "内科学" in office.get(f"{base}/select").text
    assert "没有找到符合条件的课程" in office.get(f"{base}/select?q=zzz").text
    assert "请先勾选课程" in office.get(post(office, f"{base}/select").location).text
    done = post(office, f"{base}/select", rowid=[offering.id])
    page = office.get(done.location).text
    assert "新注册 1 人" in page
    assert "账号已停用 1 人" in page
    joined = make_user(school, class_id=class_id)
    page = office.get(f"{base}/").text
    assert "1 名后加入的学生还没有注册《内科学》" in page
    answer = post(office, f"{base}/later-joiners", offering_id=offering.id, answer="follow")
    assert "已注册 1 人" in office.get(answer.location).text
    with school_scope(school.id) as session:
        selections = session.scalars(select(ClassSelection.id).order_by(ClassSelection.id)).all()
        assert (
            session.scalar(select(Registration.selection_id).where(Registration.user_id == joined.id))
            in selections
        )
    undone = post(office, f"{base}/selections/{selections[0]}/undo")
    assert "1 名学生不再注册" in office.get(undone.location).text
    for wrong in ("", "0", "x", str(10**30)):
        assert post(office, f"{base}/later-joiners", offering_id=wrong, answer="stay").status_code == 404


def test_a_course_registers_classes(
    office: FlaskClient, school: SchoolInfo, class_id: int, make_user: MakeUser
) -> None:
    make_user(school, class_id=class_id)
    offering = put_offering(school, school, put_course(school, title="外科学"))
    base = f"/manage/offerings/{offering.id}/classes"
    assert "一班" in office.get(base).text
    assert "没有找到符合条件的班级" in office.get(f"{base}?q=zzz").text
    done = post(office, base, rowid=[class_id])
    page = office.get(done.location).text
    assert re.search("一班《外科学》：新注册 1 人", page)
    assert "请先勾选班级" in office.get(post(office, base).location).text


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
