"""The classes of a course through their page."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.pages import post

MakeUser = Callable[..., User]


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
