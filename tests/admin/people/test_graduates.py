"""毕业生数据清理 through its pages."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from app.models import User
from tenants.registry import SchoolInfo
from tests.support.pages import post

MakeUser = Callable[..., User]


def test_a_graduated_year_is_previewed_and_deleted_after_its_year_was_typed(
    office: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    assert "没有可清理的毕业生" in office.get("/manage/graduates/").text
    make_user(school, entry_year=2019, study_years=5, real_name="毕业生甲")
    assert 'href="/manage/graduates/2019/5/"' in office.get("/manage/graduates/").text
    page = office.get("/manage/graduates/2019/5/").text
    assert "毕业生甲" in page
    refused = post(office, "/manage/graduates/2019/5/delete", students="1", typed_year="2018")
    assert refused.location == "/manage/graduates/2019/5/"
    assert "请输入入学年份 2019" in office.get(refused.location).text
    done = post(office, "/manage/graduates/2019/5/delete", students="1", typed_year="2019")
    assert done.location == "/manage/graduates/"
    assert "已删除 1 名毕业生的数据" in office.get("/manage/graduates/").text
    assert office.get("/manage/graduates/2019/5/").status_code == 404
