"""The pages of 添加, 修改, 重置密码, 停用, 「查看」 and 角色设置 in the browser's language."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import select

from app.models import AuditEntry, User
from app.services.shared.password_hashes import verify_password
from app.web.shared.redis_keys import key
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.admin.people.test_list import give_secrets, put_class
from tests.support.pages import post

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
ID = "11010519491231002X"


@pytest.fixture
def administrator(school: SchoolInfo, make_user: MakeUser) -> User:
    """An administrator with an own password."""
    return make_user(school, kind="administrator", must_change_password=False, real_name="林主任")


@pytest.fixture
def client(school: SchoolInfo, administrator: User, client_for: ClientFor) -> FlaskClient:
    """The administrator's browser."""
    return client_for(school, administrator)


def stored(school: SchoolInfo, user_id: int) -> User:
    """The account as it is now."""
    with school_scope(school.id) as session:
        user = session.get_one(User, (school.id, user_id))
        session.expunge(user)
        return user


def audited(school: SchoolInfo, action: str) -> list[AuditEntry]:
    """The audit rows of an act."""
    with school_scope(school.id) as session:
        return list(
            session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        )


def test_the_list_has_the_manuals_buttons(client: FlaskClient) -> None:
    page = client.get("/manage/people/").text
    for word in ("添加", "修改", "重置密码", "下载学生模板", "学生用户导入", "下载教师模板", "教师用户导入"):
        assert word in page, word


def test_a_student_is_added_and_the_page_says_how_to_log_in(client: FlaskClient, school: SchoolInfo) -> None:
    put_class(school, "临床一班")
    number = f"{school.unit_code}20260001"
    answer = post(
        client, "/manage/people/new/", account_kind="student", shown="student", student_no=number,
        real_name="高小明", class_name="临床一班 · 2026", id_number=ID,
    )  # fmt: skip
    assert answer.status_code == 200
    assert number in answer.text
    assert "身份证号后六位" in answer.text
    assert "高小明" in client.get(f"/manage/people/?q={number}").text
    assert audited(school, "user.created")[0].data["student_no"] == number


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    make_user(school, email="taken@example.cn", student_no=f"{school.unit_code}7", real_name="先到者")
    answer = post(
        client, "/manage/people/new/", account_kind="student", shown="student", student_no="1",
        real_name="", class_name="没有的班", id_number="110105194912310021", email="taken@example.cn",
    )  # fmt: skip
    assert answer.status_code == 422
    page = html.unescape(answer.text)
    for sentence in (
        "没有以本校单位代码",
        "不能为空",
        "校验位不正确",
        f"已被学号 {school.unit_code}7 的账号使用",
    ):
        assert sentence in page, sentence
    assert 'value="没有的班"' in page
    assert 'href="#student_no"' in page


def test_a_class_that_is_not_there_is_made_only_when_that_is_meant(
    client: FlaskClient, school: SchoolInfo
) -> None:
    typed = {
        "account_kind": "student", "shown": "student", "student_no": f"{school.unit_code}1", "real_name": "高小明",
        "class_name": "护理九班", "entry_year": "2026",
    }  # fmt: skip
    assert "没有这个班级" in post(client, "/manage/people/new/", **typed).text
    assert "已新建班级“护理九班”" in html.unescape(
        post(client, "/manage/people/new/", **typed, new_class="1").text
    )


def test_the_fields_follow_the_type_and_keep_what_was_typed(client: FlaskClient) -> None:
    answer = post(
        client, "/manage/people/new/fields", account_kind="teacher", real_name="高老师", mobile="1380013"
    )
    assert "教师简介" in answer.text
    assert "学号" not in answer.text
    assert 'value="高老师"' in answer.text
    assert 'value="1380013"' in answer.text
    # Without the script the form itself is sent; it comes back with the fields of the chosen type.
    plain = post(
        client, "/manage/people/new/", account_kind="administrator", shown="student", real_name="高老师"
    )
    assert plain.status_code == 200
    assert "管理员的初始密码" in plain.text


def test_a_teacher_without_phone_and_mail_gets_a_login_name(client: FlaskClient, school: SchoolInfo) -> None:
    typed = {"account_kind": "teacher", "shown": "teacher", "real_name": "王芳"}
    first, second = (post(client, "/manage/people/new/", **typed).text for _ in range(2))
    assert "wangfang1" in first
    assert "wangfang2" in second
    assert "123456" in first


def test_an_administrator_gets_a_one_time_password(client: FlaskClient, school: SchoolInfo) -> None:
    answer = post(
        client, "/manage/people/new/", account_kind="administrator", shown="administrator", real_name="张主任",
        mobile="13800138000",
    )  # fmt: skip
    (password,) = re.findall(r"<dd>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</dd>", answer.text)
    assert "no-store" in answer.headers["Cache-Control"]
    assert password not in client.get("/manage/people/").text
    with school_scope(school.id) as session:
        hashed = session.scalars(select(User.password_hash).where(User.real_name == "张主任")).one()
    assert verify_password(hashed, password)


def test_an_edit_keeps_sealed_values_until_new_ones_are_typed(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    class_id = put_class(school, "临床一班")
    student = make_user(school, real_name="高小明", nickname="高小明", class_id=class_id)
    give_secrets(school, student, mobile="13812345678", id_number=ID)
    address = f"/manage/people/{student.id}/edit/"
    page = client.get(address).text
    assert "138****5678" in page
    assert "13812345678" not in page
    assert ID not in page
    typed = {
        "student_no": student.student_no, "real_name": "高晓明", "nickname": "高小明", "class_name": "临床一班 · 2026",
    }  # fmt: skip
    assert post(client, address, **typed).status_code == 303
    now = stored(school, student.id)
    assert (now.real_name, now.name_initials) == ("高晓明", "gxm")
    assert now.mobile_sealed is not None
    assert now.id_number_sealed is not None
    assert now.edited_columns == ["real_name"]
    assert post(client, address, **typed, erase_mobile="1").status_code == 303
    assert stored(school, student.id).mobile_sealed is None
    assert audited(school, "user.edited")[0].data["new"] == {"real_name": "高晓明"}


def test_one_number_is_shown_after_a_reason_and_the_log_says_so(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    student = make_user(school)
    give_secrets(school, student, mobile="13812345678", id_number=ID)
    address = f"/manage/people/{student.id}/reveal"
    refused = post(client, address, field="mobile", reason=" ")
    assert refused.status_code == 303
    assert audited(school, "user.revealed") == []
    shown = post(client, address, field="mobile", reason="家长来电核对")
    assert "13812345678" in shown.text
    assert ID not in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    (entry,) = audited(school, "user.revealed")
    assert entry.data == {"field": "mobile", "reason": "家长来电核对"}
    assert client.get(address).status_code == 405
    # Choosing a language on this page leads to one that can be opened.
    assert f'name="next" value="/manage/people/{student.id}/"' in shown.text
    assert post(client, address, field="password_hash", reason="x").status_code == 404


def test_a_reset_names_everybody_and_ends_their_sessions(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    students = [make_user(school, must_change_password=False, password_hash="x") for _ in range(3)]
    browser = client_for(school, students[0])
    assert browser.get("/my/courses").status_code == 200
    ids = [str(one.id) for one in students]
    answer = post(client, "/manage/people/bulk", action="reset", rowid=ids)
    assert answer.status_code == 303
    assert "已为 3 人重置密码" in client.get("/manage/people/").text
    assert all(stored(school, one.id).password_hash is None for one in students)
    assert browser.get("/my/courses").status_code == 303
    (entry,) = audited(school, "user.password_reset")
    assert sorted(entry.data["user_ids"]) == sorted(one.id for one in students)


def test_all_that_match_are_meant_by_the_filter_and_never_more_than_the_dialog_said(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    for n in range(23):
        make_user(school, real_name=f"学生{n}")
    other = make_user(school, kind="teacher", real_name="高老师")
    address = "/manage/people/bulk?kind=student"
    assert "选择全部符合条件的 23 人" in client.get("/manage/people/?kind=student").text
    post(client, address, action="disable", all="1", total="22")
    assert "人数刚刚有变化" in client.get("/manage/people/").text
    post(client, address, action="disable", all="1", total="23")
    assert "已停用 23 个账号" in client.get("/manage/people/").text
    assert stored(school, other.id).status == "active"


def test_an_error_after_the_commit_is_logged_and_the_act_succeeds(
    app: Flask,
    client: FlaskClient,
    school: SchoolInfo,
    make_user: MakeUser,
    client_for: ClientFor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    teacher = make_user(school, kind="teacher", must_change_password=False)
    theirs = client_for(school, teacher)
    assert theirs.get("/me").status_code == 200
    # Something in Redis that ending the sessions cannot read.
    cast(Redis, app.extensions["spoc_redis"]).sadd(key(school.id, "user-sessions", teacher.id), b"\xff")
    answer = post(client, "/manage/people/bulk", action="disable", rowid=str(teacher.id))
    assert answer.status_code == 303
    assert stored(school, teacher.id).status == "disabled"
    assert any(record.levelname == "ERROR" and record.exc_info for record in caplog.records)
    assert theirs.get("/me").status_code == 303


def test_a_disabled_account_is_out_at_once_and_comes_back_with_its_password(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    teacher = make_user(school, kind="teacher", must_change_password=False, password_hash="x")
    browser = client_for(school, teacher)
    assert browser.get("/manage/").status_code == 200
    post(client, "/manage/people/bulk", action="disable", rowid=str(teacher.id))
    assert browser.get("/manage/").status_code == 303
    post(client, "/manage/people/bulk", action="enable", rowid=str(teacher.id))
    now = stored(school, teacher.id)
    assert (now.status, now.password_hash) == ("active", "x")


def test_an_administrators_reset_shows_a_one_time_password_once(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    other = make_user(school, kind="administrator", real_name="张主任", login_name="zhang")
    answer = post(client, "/manage/people/bulk", action="reset", rowid=str(other.id))
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", answer.text)
    assert "张主任" in answer.text


def test_nobody_shuts_out_or_demotes_himself(
    client: FlaskClient, school: SchoolInfo, administrator: User
) -> None:
    for act, sentence in (("disable", "不能停用自己的账号"), ("reset", "所选用户中有您自己")):
        post(client, "/manage/people/bulk", action=act, rowid=str(administrator.id))
        assert sentence in client.get("/manage/people/").text
    post(client, f"/manage/people/{administrator.id}/role", role="teacher")
    assert "不能更改自己的角色" in client.get("/manage/people/").text
    assert stored(school, administrator.id).kind == "administrator"


def test_a_role_is_changed_by_its_own_audited_act(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    teacher = make_user(school, kind="teacher", must_change_password=False)
    address = f"/manage/people/{teacher.id}/role"
    assert post(client, address, role="secretary").status_code == 404
    post(client, address, role="administrator")
    assert stored(school, teacher.id).kind == "administrator"
    (entry,) = audited(school, "user.role_changed")
    assert (entry.data["old"], entry.data["new"]) == ({"kind": "teacher"}, {"kind": "administrator"})
    # The form of 修改 cannot: a field of that name is nobody's.
    post(client, f"/manage/people/{teacher.id}/edit/", real_name="高老师", login_name="gao", kind="teacher")
    assert stored(school, teacher.id).kind == "administrator"


@pytest.mark.parametrize(
    "path",
    ["/manage/people/{}/", "/manage/people/{}/edit/", "/manage/people/{}/reveal", "/manage/people/{}/role"],
)
def test_another_schools_person_is_answered_like_nobody(
    client: FlaskClient, other_school: SchoolInfo, make_user: MakeUser, path: str
) -> None:
    theirs = make_user(other_school, kind="teacher", real_name="别校的人")
    give_secrets(other_school, theirs, mobile="13812345678", id_number=ID)
    for number in (theirs.id, 999_999_999):
        fields = {"field": "mobile", "reason": "x", "role": "administrator", "real_name": "改名"}
        assert post(client, path.format(number), **fields).status_code in (404, 405)
        assert client.get(path.format(number)).status_code in (404, 405)
    answer = post(client, "/manage/people/bulk", action="disable", rowid=str(theirs.id))
    assert answer.status_code == 404
    assert stored(other_school, theirs.id).status == "active"


def test_teachers_have_none_of_these_pages(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    teacher = client_for(school, make_user(school, kind="teacher", must_change_password=False))
    student = make_user(school)
    for path in ("/manage/people/new/", f"/manage/people/{student.id}/edit/"):
        assert teacher.get(path).status_code == 404
    for path in ("bulk", f"{student.id}/role", f"{student.id}/reveal", "new/fields"):
        assert (
            post(teacher, f"/manage/people/{path}", action="reset", rowid=str(student.id)).status_code == 404
        )


def test_the_persons_page_shows_what_the_school_has(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    class_id = put_class(school, "临床一班")
    student = make_user(school, real_name="高小明", class_id=class_id, entry_year=2026, major="临床医学")
    give_secrets(school, student, mobile="13812345678", id_number=ID)
    page = client.get(f"/manage/people/{student.id}/").text
    for text in (
        "高小明",
        "临床一班",
        "临床医学",
        "138****5678",
        "仍为初始密码",
        "还没有注册课程",
        "没有经过表格导入",
    ):
        assert text in page, text
    assert ID not in page
