"""选课 of a class through its pages."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import ClassSelection, Registration, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course, put_offering
from tests.support.pages import post

MakeUser = Callable[..., User]


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
