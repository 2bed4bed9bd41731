"""关联学生 through its pages."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.pages import post
from tests.support.teaching import put_class

MakeUser = Callable[..., User]


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
