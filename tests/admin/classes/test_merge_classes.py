"""整班转入 through its pages."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import SchoolClass, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.pages import post
from tests.support.teaching import put_class

MakeUser = Callable[..., User]


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
