"""The choices of an import before 「保存」 (its columns and its update rule), and the links of the history."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.jobs import JobName
from app.models import AuditEntry, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.import_pages import GOOD, HOME, roster, students, upload, work
from tests.support.manage import send

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
UNKNOWN = "XH,XM,BJ,BZ\r\n{}0001,欧阳晓明,临床一班,甲\r\n{}0002,王芳,临床一班,乙\r\n"


def _imported(app: Flask, client: FlaskClient, school: SchoolInfo, *rows: str) -> str:
    address = upload(client, roster(school, *rows))
    work(app, school, address)
    send(client, address + "confirm")
    work(app, school, address, JobName.APPLY_IMPORT)
    return address


def test_an_unknown_header_leads_to_the_mapping_page_and_from_there_to_the_preview(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    content = UNKNOWN.replace("{}", school.unit_code)
    address = upload(office, content)
    work(app, school, address)
    page = office.get(address).text
    assert "请确认每一列是什么" in page
    assert "必选：学号、真实姓名、所属班级" in page
    assert "欧阳晓明、王芳" in page
    assert "待确认列" in office.get(HOME).text
    refused = send(office, address + "columns", **{"column-0": "student_no", "column-1": "real_name"})
    assert refused.status_code == 422
    assert "还没有选择“所属班级”对应的列" in refused.text
    assert re.search(r'value="student_no" selected', refused.text)
    fields = {"column-0": "student_no", "column-1": "real_name", "column-2": "class_name", "column-3": ""}
    assert send(office, address + "columns", **fields).headers["Location"] == address
    work(app, school, address)
    assert "将新建 2 人" in office.get(address).text
    again = upload(office, content)
    work(app, school, again)
    page = office.get(again).text
    assert "按上次确认的列对应" in page
    assert "修改列对应" in page
    assert "返回预览" in office.get(again + "columns").text


def test_the_rule_is_chosen_in_the_preview_and_saved_only_as_previewed(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    _imported(app, office, school, *GOOD)
    address = upload(office, roster(school, "{}0001,改名,临床一班,,2026", "{}0003,新人,临床一班,,2026"))
    work(app, school, address)
    assert "更新所有不同的内容" in office.get(address).text
    assert send(office, address + "confirm", update="create").headers["Location"] == address
    page = office.get(address).text
    assert "更新方式已改变，请核对下面的数量后再保存" in page
    assert "将新建 1 人、修改 0 人" in page
    assert "有差异但不改" in page
    assert "不修改" in office.get(address + "?part=held").text
    send(office, address + "rule", update="all")
    assert "将新建 1 人、修改 1 人" in office.get(address).text
    send(office, address + "rule", update="create")
    send(office, address + "confirm", update="create")
    work(app, school, address, JobName.APPLY_IMPORT)
    assert set(students(school)) == {"欧阳晓明", "王芳", "新人"}


def test_an_unknown_rule_is_refused_in_words(app: Flask, office: FlaskClient, school: SchoolInfo) -> None:
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    send(office, address + "rule", update="everything")
    assert "请选择更新方式" in office.get(address).text


def test_what_was_changed_by_hand_is_marked_and_asked_about(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    _imported(app, office, school, *GOOD)
    with school_scope(school.id) as session:
        user = session.scalars(select(User).where(User.real_name == "王芳")).one()
        user.real_name, user.edited_columns = "王芳芳", ["real_name"]
        session.commit()
    address = upload(office, roster(school, *GOOD))
    work(app, school, address)
    page = office.get(address + "?part=held").text
    assert "也覆盖手工修改的内容" in page
    assert "本校手工改过" in page
    send(office, address + "rule", update="all", overwrite_edited="1")
    assert "将新建 0 人、修改 1 人" in office.get(address).text


def test_a_class_name_is_asked_about_once_for_all_its_years(
    app: Flask, office: FlaskClient, school: SchoolInfo
) -> None:
    _imported(app, office, school, "{}0001,欧阳晓明,临床一班,,2024")
    present = students(school)["欧阳晓明"].class_id
    address = upload(office, roster(school, "{}0002,王芳,临床一班,,2025", "{}0003,李雷,临床一班,,2026"))
    work(app, school, address)
    page = office.get(address).text
    assert page.count("是同一个班级吗") == 1
    assert "2025、2026 年入学，2 人" in page
    name = re.findall(r'name="(class-\d+)"', page)[0]
    send(office, address + "rule", update="blank", **{name: str(present)})
    assert re.search(rf'name="{name}" value="{present}" checked', office.get(address).text)
    send(office, address + "confirm", **{name: str(present)})
    work(app, school, address, JobName.APPLY_IMPORT)
    assert {user.class_id for user in students(school).values()} == {present}


def test_who_is_not_in_the_file_is_listed(app: Flask, office: FlaskClient, school: SchoolInfo) -> None:
    _imported(app, office, school, *GOOD, "{}0009,韩梅梅,临床二班,,2026")
    address = upload(office, roster(school, GOOD[0]))
    work(app, school, address)
    assert "文件中没有的人" in office.get(address).text
    absent = office.get(address + "?part=absent").text
    assert "王芳" in absent
    assert "韩梅梅" not in absent
    assert "韩梅梅" in office.get(address + "?part=absent&within=year").text


def test_the_file_can_be_had_again_and_the_audit_log_says_so(
    app: Flask, office: FlaskClient, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    address = _imported(app, office, school, *GOOD)
    answer = office.get(address + "file")
    assert answer.data == roster(school, *GOOD).encode("utf-8-sig")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    with school_scope(school.id) as session:
        actions = session.scalars(select(AuditEntry.action)).all()
    assert "roster_import.file_downloaded" in actions
    teacher = client_for(school, make_user(school, kind="teacher", must_change_password=False))
    assert teacher.get(address + "file").status_code in (302, 403, 404)
    page = office.get(HOME).text
    assert "下载文件" in page
    assert "撤销导入" in page
    send(office, address + "undo")
    discarded = upload(office, roster(school, *GOOD))
    send(office, discarded + "discard")
    assert office.get(discarded + "file").status_code == 404


@pytest.mark.parametrize("path", ["columns", "file", "rule"])
def test_another_schools_choices_are_not_found(
    office: FlaskClient, other_school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, path: str
) -> None:
    theirs = client_for(
        other_school, make_user(other_school, kind="administrator", must_change_password=False)
    )
    address = upload(theirs, roster(other_school, *GOOD))
    answers = [send(office, address + path, update="all")] if path != "file" else []
    answers += [office.get(address + path)] if path != "rule" else []
    assert {answer.status_code for answer in answers} == {404}
