"""The pages of 教师用户导入, where they differ from the students' pages."""

from __future__ import annotations

from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.jobs import JobName
from app.models import User
from app.sheets.reading.pictures import PICTURE_LIMITS
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.import_pages import import_id, work
from tests.support.pages import token_of
from tests.support.teachers import packed, picture, teacher_sheet
from tests.support.teaching import put_class

HOME = "/manage/teacher-imports/"
ROWS = [
    {"real_name": "王芳", "mobile": "13800000001", "picture": "王芳.png"},
    {"real_name": "李雷", "picture": "李雷.png"},
]


def upload(client: FlaskClient, rows: list[dict[str, str]], archive: bytes | None) -> str:
    """Upload a roster, with pictures; the address of the import is given back."""
    data = {"csrf_token": token_of(client, HOME), "file": (BytesIO(teacher_sheet(rows)), "教师.xlsx")}
    if archive is not None:
        data["pictures"] = (BytesIO(archive), "图片.zip")
    answer = client.post(HOME + "upload", data=data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def press(client: FlaskClient, address: str, **fields: str) -> None:
    """Press a button of an import's page."""
    answer = client.post(address, data={"csrf_token": token_of(client, HOME), **fields})
    assert answer.status_code == 303


def test_the_page_offers_the_teacher_template(office: FlaskClient) -> None:
    page = office.get(HOME).text
    assert "下载教师模板" in page
    assert "图片压缩包" in page
    assert "下载学生模板" not in page
    assert office.get(HOME + "template.xlsx").data.startswith(b"PK")


def test_teachers_go_in_with_their_pictures(office: FlaskClient, app: Flask, school: SchoolInfo) -> None:
    address = upload(office, ROWS, packed({"王芳.png": picture()}))
    work(app, school, address)
    preview = office.get(address).text
    assert "lilei1" in preview
    assert "1 张图片没有导入" in preview
    press(office, address + "confirm")
    work(app, school, address, JobName.APPLY_IMPORT)
    page = office.get(address).text
    assert "导入完成：新建 2 人" in page
    assert "下载登录名清单" in page
    assert office.get(address + "logins.xlsx").data.startswith(b"PK")


def test_undoing_keeps_a_head_teacher_and_says_so(
    office: FlaskClient, app: Flask, school: SchoolInfo
) -> None:
    address = upload(office, [{"real_name": "王芳"}, {"real_name": "李雷"}], None)
    work(app, school, address)
    press(office, address + "confirm")
    work(app, school, address, JobName.APPLY_IMPORT)
    with app.app_context(), school_scope(school.id) as session:
        wang = session.scalars(select(User.id).where(User.real_name == "王芳")).one()
    put_class(school, number="1", name="一班", entry_year=2026, head_teacher_id=wang)
    press(office, address + "undo")
    page = office.get(address).text
    assert "删除了 1 个账号" in page
    assert "该教师已是班主任，已保留" in page


def test_a_namesake_is_asked_about_and_answered(office: FlaskClient, app: Flask, school: SchoolInfo) -> None:
    for _ in range(2):
        address = upload(office, [{"real_name": "王芳"}], None)
        work(app, school, address)
        page = office.get(address).text
        if "需要确认：是同一人吗？" not in page:
            press(office, address + "confirm")
            work(app, school, address, JobName.APPLY_IMPORT)
    assert "同一人：王芳" in page
    assert "wangfang1" in page
    press(office, address + "answer", **{"row-2": "0"})
    work(app, school, address)
    page = office.get(address).text
    assert "需要确认：是同一人吗？" not in page
    assert "wangfang2" in page


def test_an_answer_without_a_choice_is_said(office: FlaskClient, app: Flask, school: SchoolInfo) -> None:
    address = upload(office, [{"real_name": "王芳"}], None)
    work(app, school, address)
    press(office, address + "answer")
    assert "请先选择是同一人还是另一人" in office.get(address).text


def send_bytes(client: FlaskClient, archive: bytes) -> TestResponse:
    """Post a large archive as a browser encodes it, from memory."""
    part = '--x\r\nContent-Disposition: form-data; name="{}"; filename="a"\r\n\r\n'
    body = part.format("file").encode() + teacher_sheet(ROWS) + b"\r\n"
    body += part.format("pictures").encode() + archive + b"\r\n--x--\r\n"
    headers = {"X-CSRFToken": token_of(client, HOME), "Content-Type": "multipart/form-data; boundary=x"}
    return client.post(HOME + "upload", data=body, headers=headers)


def test_a_pictures_archive_may_be_larger_than_a_form_elsewhere(office: FlaskClient) -> None:
    assert send_bytes(office, b"PK\x03\x04" + bytes(PICTURE_LIMITS.file_bytes - 4)).status_code == 303


def test_an_archive_that_is_too_large_is_refused_on_the_page(office: FlaskClient) -> None:
    answer = send_bytes(office, bytes(PICTURE_LIMITS.file_bytes + 1))
    assert answer.status_code == 422
    assert "图片压缩包超过 20 MB" in answer.text


def test_each_kind_of_import_has_its_own_pages(office: FlaskClient, app: Flask, school: SchoolInfo) -> None:
    address = upload(office, ROWS, None)
    work(app, school, address)
    other = f"/manage/imports/{import_id(address)}/"
    answer = office.get(other)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert "教师.xlsx" in office.get(HOME).text
    assert "教师.xlsx" not in office.get("/manage/imports/").text
