"""The pages of 学生用户导入, in every state that an import can have."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.jobs import JobName
from app.models import RosterImport, User
from app.sheets.reading.limits import LIMITS
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.import_pages import GOOD, HOME, import_id, roster, students, upload, work
from tests.support.manage import send
from tests.support.pages import token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


BAD = "{}0003,李雷,临床一班,110105194912310021,2026"


def test_the_page_offers_template_upload_and_history(office: FlaskClient, school: SchoolInfo) -> None:
    page = office.get(HOME).text
    assert "下载学生模板" in page
    assert "选择文件" in page
    assert "上传" in page
    assert "还没有导入过" in page
    template = office.get(HOME + "template.xlsx")
    assert template.data.startswith(b"PK")
    assert "attachment" in template.headers["Content-Disposition"]


def send_bytes(client: FlaskClient, content: bytes) -> TestResponse:
    """Post a large file as a browser encodes it, from memory."""
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    headers = {"X-CSRFToken": token_of(client, HOME), "Content-Type": "multipart/form-data; boundary=x"}
    return client.post(HOME + "upload", data=head + content + b"\r\n--x--\r\n", headers=headers)


def error_at_the_field(answer: TestResponse) -> str:
    """What stands below the file field."""
    found = re.search(r'id="file-error".*?</p>', answer.text, re.DOTALL)
    assert found is not None
    return found[0]


def test_no_file_is_said_at_the_field(office: FlaskClient) -> None:
    answer = send(office, HOME + "upload")
    assert answer.status_code == 422
    assert "请先选择填写好的表格文件" in error_at_the_field(answer)


@pytest.mark.parametrize(
    ("size", "status", "reason"),
    [
        (0, 422, "文件是空的"),
        (LIMITS.file_bytes + 1, 422, "请拆成几个文件"),
        (12 * 2**20, 413, "请拆成几个文件"),
    ],
    ids=["empty", "over ten MiB", "beyond every request"],
)
def test_a_file_of_an_impossible_size_is_said_at_the_field(
    office: FlaskClient, size: int, status: int, reason: str
) -> None:
    answer = send_bytes(office, b"x" * size)
    assert answer.status_code == status
    assert reason in error_at_the_field(answer)


def test_a_visitor_who_sends_too_much_is_sent_to_the_login(school: SchoolInfo, client_for: ClientFor) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client_for(school).post(HOME + "upload", data=b"x" * 12 * 2**20, headers=headers)
    assert answer.status_code in (302, 303)
    assert "/login" in answer.headers["Location"]


def test_while_it_is_checked_the_page_shows_progress_and_can_be_left(
    office: FlaskClient, school: SchoolInfo
) -> None:
    address = upload(office, roster(school, *GOOD))
    page = office.get(address).text
    assert "正在检查" in page
    assert "可以离开本页" in page
    assert "名单.csv" in office.get(HOME).text
    part = office.get(address + "progress", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "HX-Redirect" not in part.headers


def test_when_it_has_been_checked_the_progress_leads_to_the_preview(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    part = office.get(address + "progress", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == address
    assert office.get(address + "progress").headers["Location"] == address


def test_the_preview_says_what_will_happen_before_it_does(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    address = upload(office, roster(school, *GOOD, BAD))
    work(app, school, address)
    page = office.get(address).text
    assert "将新建 2 人、修改 0 人" in page
    assert "，1 行有问题的不导入" in page
    assert "将创建 1 个班级" in page
    assert "第 4 行「身份证号」" in page
    assert "保存" in page
    assert "欧阳晓明" in page
    problems = office.get(address + "?part=problem").text
    assert "李雷" in problems
    assert "110105194912310021" not in problems
    assert not students(school)


def test_saving_creates_and_the_result_gives_counts_and_files(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    address = upload(office, roster(school, *GOOD, BAD))
    work(app, school, address)
    assert send(office, address + "confirm").headers["Location"] == address
    assert "正在保存" in office.get(address).text
    work(app, school, address, JobName.APPLY_IMPORT)
    page = office.get(address).text
    assert "导入完成：新建 2 人，修改 0 人" in page
    assert "下载登录名清单" in page
    assert "下载问题数据" in page
    assert "撤销导入" in page
    assert "将删除这次新建的 2 个账号" in page
    assert set(students(school)) == {"欧阳晓明", "王芳"}
    for name in ("problems.xlsx", "logins.xlsx"):
        answer = office.get(address + name)
        assert answer.status_code == 200
        assert answer.data.startswith(b"PK")
        # Names and numbers of people stay on no disk but where they are saved.
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_second_file_shows_old_and_new_side_by_side(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    first = upload(office, roster(school, *GOOD))
    work(app, school, first)
    send(office, first + "confirm")
    work(app, school, first, JobName.APPLY_IMPORT)
    second = upload(office, roster(school, "{}0001,欧阳小明,临床一班,,2026", GOOD[1]))
    work(app, school, second)
    page = office.get(second).text
    assert "将新建 0 人、修改 1 人" in page
    assert re.search(r"<del>欧阳晓明</del>.*<ins>欧阳小明</ins>", page, re.DOTALL)
    assert "王芳" in office.get(second + "?part=unchanged").text


def test_undoing_says_what_it_did(app: Flask, office: FlaskClient, school: SchoolInfo) -> None:
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    send(office, address + "confirm")
    work(app, school, address, JobName.APPLY_IMPORT)
    send(office, address + "undo")
    page = office.get(address).text
    assert "这次导入已撤销" in page
    assert "删除了 2 个账号" in page
    assert not students(school)
    assert "已撤销" in office.get(HOME).text


def test_one_click_adds_the_unit_code_to_all(app: Flask, office: FlaskClient, school: SchoolInfo) -> None:
    address = upload(office, roster(school, "0001,欧阳晓明,临床一班,,2026", "0002,王芳,临床一班,,2026"))
    work(app, school, address)
    assert "为全部学号加上单位代码" in office.get(address).text
    assert "没有需要新建或修改的数据" in office.get(address).text
    send(office, address + "recheck", add_unit_code="1")
    work(app, school, address)
    page = office.get(address).text
    assert "将新建 2 人" in page
    assert f"{school.unit_code}0001" in page


def test_a_class_of_another_year_is_asked_about_and_the_answer_is_followed(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    first = upload(office, roster(school, "{}0001,欧阳晓明,临床一班,,2025"))
    work(app, school, first)
    send(office, first + "confirm")
    work(app, school, first, JobName.APPLY_IMPORT)
    present = students(school)["欧阳晓明"].class_id
    second = upload(office, roster(school, "{}0002,王芳,临床一班,,2026"))
    work(app, school, second)
    page = office.get(second).text
    assert "是同一个班级吗" in page
    name = re.search(r'name="(class-\d+)"', page)
    assert name is not None
    assert "新建班级" in page
    send(office, second + "confirm", **{name[1]: str(present)})
    work(app, school, second, JobName.APPLY_IMPORT)
    assert students(school)["王芳"].class_id == present


def test_a_file_that_is_none_says_why_and_takes_another(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    address = upload(office, "%PDF-1.7 not a roster", name="说明.pdf")
    work(app, school, address)
    page = office.get(address).text
    assert "这个文件没有读入" in page
    assert "请" in page
    assert 'type="file"' in page
    assert "无法读取" in office.get(HOME).text


def test_an_import_can_be_given_up(app: Flask, office: FlaskClient, school: SchoolInfo) -> None:
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    send(office, address + "discard")
    assert "这次导入已放弃" in office.get(address).text
    answer = send(office, address + "confirm")
    assert answer.status_code == 303
    assert not students(school)


def test_a_failed_import_says_so_and_offers_another_try(office: FlaskClient, school: SchoolInfo) -> None:
    address = upload(office, roster(school, *GOOD))
    with school_scope(school.id) as session:
        found = session.scalars(select(RosterImport).where(RosterImport.id == import_id(address))).one()
        found.state = "failed"
        session.commit()
    page = office.get(address).text
    assert "处理没有完成" in page
    assert "再试一次" in page


@pytest.mark.parametrize("name", ["", "progress", "problems.xlsx", "logins.xlsx"])
def test_another_schools_import_is_answered_like_one_that_does_not_exist(
    office: FlaskClient, other_school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, name: str
) -> None:
    theirs = client_for(
        other_school, make_user(other_school, kind="administrator", must_change_password=False)
    )
    address = upload(theirs, roster(other_school, *GOOD))
    headers = {"HX-Request": "true"}
    foreign, missing = (
        office.get(address + name, headers=headers),
        office.get(HOME + "99999999/" + name, headers=headers),
    )
    assert foreign.status_code == missing.status_code == 404


@pytest.mark.parametrize("verb", ["confirm", "recheck", "discard", "undo"])
def test_another_schools_import_cannot_be_touched(
    office: FlaskClient, other_school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, verb: str
) -> None:
    theirs = client_for(
        other_school, make_user(other_school, kind="administrator", must_change_password=False)
    )
    address = upload(theirs, roster(other_school, *GOOD))
    assert send(office, address + verb).status_code == 404
    with school_scope(other_school.id) as session:
        states = session.scalars(select(RosterImport.state)).all()
    assert states == ["uploaded"]
