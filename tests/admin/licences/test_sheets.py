"""Licences from and to sheets."""

from __future__ import annotations

from io import BytesIO

from flask.testing import FlaskClient
from openpyxl import load_workbook

from tenants.registry import SchoolInfo
from tests.support.courses import put_course
from tests.support.licences import licensed
from tests.support.pages import post

MATRIX = "/manage/licences/"


def test_a_list_is_exported_mended_sent_back_and_saved(
    secretary_client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    post(secretary_client, f"{MATRIX}{alliance.id}/{course.id}/{school.id}/", seats="12")
    exported = secretary_client.get(f"{MATRIX}list.xlsx?course={course.id}")
    assert exported.headers["Content-Disposition"].startswith("attachment")
    book = load_workbook(BytesIO(exported.data))
    book.active["G2"] = 90  # type: ignore[index]
    content = BytesIO()
    book.save(content)
    sent = post(secretary_client, MATRIX + "sheets/", file=(BytesIO(content.getvalue()), "授权.xlsx"))
    assert sent.status_code == 303
    preview = secretary_client.get(sent.location).text
    assert "将新建 0 项、修改 1 项授权" in preview
    assert licensed(school)[course.id].seats == 12
    assert post(secretary_client, sent.location + "save").status_code == 303
    assert licensed(school)[course.id].seats == 90
    assert "已保存" in secretary_client.get(MATRIX + "sheets/").text
    assert secretary_client.get(f"{MATRIX}matrix.xlsx?q={course.title}").status_code == 200
    for name, body in (("", b""), ("x.xlsx", b""), ("x.xlsx", b"PK\x03\x04"), ("x.html", b"<html>")):
        assert post(secretary_client, MATRIX + "sheets/", file=(BytesIO(body), name)).status_code == 422
    assert secretary_client.get(MATRIX + "sheets/999999999/").status_code == 404
