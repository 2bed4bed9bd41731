"""添加, 修改, 「查看」 and 角色设置 of one person: requests and pages."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import User
from app.services.shared.password_hashes import verify_password
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.accounts import seal_into
from tests.support.pages import post
from tests.support.rows import audit_of, stored_row
from tests.support.teaching import put_class

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
ID = "11010519491231002X"


def test_a_student_is_added_and_the_page_says_how_to_log_in(client: FlaskClient, school: SchoolInfo) -> None:
    put_class(school, number="2026001", name="临床一班", entry_year=2026, major="临床医学")
    number = f"{school.unit_code}20260001"
    answer = post(
        client, "/manage/people/new/", account_kind="student", shown="student", student_no=number,
        real_name="高小明", class_name="临床一班 · 2026", id_number=ID,
    )  # fmt: skip
    assert answer.status_code == 200
    assert number in answer.text
    assert "身份证号后六位" in answer.text
    assert "高小明" in client.get(f"/manage/people/?q={number}").text
    assert audit_of(school, "user.created")[0].data["student_no"] == number


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
    class_id = put_class(school, number="2026001", name="临床一班", entry_year=2026, major="临床医学")
    student = make_user(school, real_name="高小明", nickname="高小明", class_id=class_id)
    seal_into(school, student, mobile="13812345678", id_number=ID)
    address = f"/manage/people/{student.id}/edit/"
    page = client.get(address).text
    assert "138****5678" in page
    assert "13812345678" not in page
    assert ID not in page
    typed = {
        "student_no": student.student_no, "real_name": "高晓明", "nickname": "高小明", "class_name": "临床一班 · 2026",
    }  # fmt: skip
    assert post(client, address, **typed).status_code == 303
    now = stored_row(school, User, id=student.id)
    assert (now.real_name, now.name_initials) == ("高晓明", "gxm")
    assert now.mobile_sealed is not None
    assert now.id_number_sealed is not None
    assert now.edited_columns == ["real_name"]
    assert post(client, address, **typed, erase_mobile="1").status_code == 303
    assert stored_row(school, User, id=student.id).mobile_sealed is None
    assert audit_of(school, "user.edited")[0].data["new"] == {"real_name": "高晓明"}


def test_one_number_is_shown_after_a_reason_and_the_log_says_so(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    student = make_user(school)
    seal_into(school, student, mobile="13812345678", id_number=ID)
    address = f"/manage/people/{student.id}/reveal"
    refused = post(client, address, field="mobile", reason=" ")
    assert refused.status_code == 303
    assert audit_of(school, "user.revealed") == []
    shown = post(client, address, field="mobile", reason="家长来电核对")
    assert "13812345678" in shown.text
    assert ID not in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    (entry,) = audit_of(school, "user.revealed")
    assert entry.data == {"field": "mobile", "reason": "家长来电核对"}
    assert client.get(address).status_code == 405
    # Choosing a language on this page leads to one that can be opened.
    assert f'name="next" value="/manage/people/{student.id}/"' in shown.text
    assert post(client, address, field="password_hash", reason="x").status_code == 404


def test_nobody_shuts_out_or_demotes_himself(
    client: FlaskClient, school: SchoolInfo, administrator: User
) -> None:
    for act, sentence in (("disable", "不能停用自己的账号"), ("reset", "所选用户中有您自己")):
        post(client, "/manage/people/bulk", action=act, rowid=str(administrator.id))
        assert sentence in client.get("/manage/people/").text
    post(client, f"/manage/people/{administrator.id}/role", role="teacher")
    assert "不能更改自己的角色" in client.get("/manage/people/").text
    assert stored_row(school, User, id=administrator.id).kind == "administrator"


def test_a_role_is_changed_by_its_own_audited_act(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    teacher = make_user(school, kind="teacher", must_change_password=False)
    address = f"/manage/people/{teacher.id}/role"
    assert post(client, address, role="secretary").status_code == 404
    post(client, address, role="administrator")
    assert stored_row(school, User, id=teacher.id).kind == "administrator"
    (entry,) = audit_of(school, "user.role_changed")
    assert (entry.data["old"], entry.data["new"]) == ({"kind": "teacher"}, {"kind": "administrator"})
    # The form of 修改 cannot: a field of that name is nobody's.
    post(client, f"/manage/people/{teacher.id}/edit/", real_name="高老师", login_name="gao", kind="teacher")
    assert stored_row(school, User, id=teacher.id).kind == "administrator"


@pytest.mark.parametrize(
    "path",
    ["/manage/people/{}/", "/manage/people/{}/edit/", "/manage/people/{}/reveal", "/manage/people/{}/role"],
)
def test_another_schools_person_is_answered_like_nobody(
    client: FlaskClient, other_school: SchoolInfo, make_user: MakeUser, path: str
) -> None:
    theirs = make_user(other_school, kind="teacher", real_name="别校的人")
    seal_into(other_school, theirs, mobile="13812345678", id_number=ID)
    for number in (theirs.id, 999_999_999):
        fields = {"field": "mobile", "reason": "x", "role": "administrator", "real_name": "改名"}
        assert post(client, path.format(number), **fields).status_code in (404, 405)
        assert client.get(path.format(number)).status_code in (404, 405)
    answer = post(client, "/manage/people/bulk", action="disable", rowid=str(theirs.id))
    assert answer.status_code == 404
    assert stored_row(other_school, User, id=theirs.id).status == "active"


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
    class_id = put_class(school, number="2026001", name="临床一班", entry_year=2026, major="临床医学")
    student = make_user(school, real_name="高小明", class_id=class_id, entry_year=2026, major="临床医学")
    seal_into(school, student, mobile="13812345678", id_number=ID)
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
