"""系统管理 → 用户列表: found, narrowed, and what is done to many at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from app.context import Context
from app.models import User
from app.services.schools.settings import RANDOM, change_first_passwords
from app.uow import unit_of_work
from app.web.shared.redis_keys import key
from tenants.registry import SchoolInfo
from tests.support.accounts import seal_into
from tests.support.pages import post
from tests.support.rows import audit_of, stored_row
from tests.support.teaching import put_class

ClientFor = Callable[..., FlaskClient]
MakeUser = Callable[..., User]


ID = "11010519491231002X"


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    """One student with everything that the search knows."""
    class_id = put_class(school, number="2026001", name="临床一班", entry_year=2026, major="临床医学")
    student = make_user(
        school,
        real_name="欧阳晓明",
        nickname="小欧",
        student_no=f"{school.unit_code}8881",
        name_pinyin="ouyangxiaoming",
        name_initials="oyxm",
        email="oy@example.cn",
        class_id=class_id,
        entry_year=2026,
    )
    seal_into(school, student, mobile="13812345678", id_number=ID)
    return student


@pytest.mark.parametrize(
    "words",
    [
        "欧阳", "晓明", "小欧", "ouyang", "XIAOMING", "oyxm", "8881", "oy@example", "临床一班", "13812345678",
        "+86 138-1234-5678".replace(" ", ""), ID, ID.lower(), "欧阳 临床", "８８８１",
    ],
)  # fmt: skip
def test_any_piece_of_information_finds_the_student(
    client: FlaskClient, student: User, make_user: MakeUser, school: SchoolInfo, words: str
) -> None:
    make_user(school, real_name="别的人", student_no=f"{school.unit_code}7770")
    page = client.get("/manage/people/", query_string={"q": words}).get_data(as_text=True)
    assert "欧阳晓明" in page
    assert "别的人" not in page


@pytest.mark.parametrize("words", ["1381234567", "110105", "%", "_", "没有这个人", "\x00", "欧阳 护理"])
def test_what_does_not_match_finds_nobody_and_says_what_to_do(
    client: FlaskClient, student: User, words: str
) -> None:
    answer = client.get("/manage/people/", query_string={"q": words, "kind": "student"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    if words == "\x00":
        assert "欧阳晓明" in page
    else:
        assert "没有找到符合条件的用户" in page


def test_phone_and_id_number_are_masked(client: FlaskClient, student: User) -> None:
    page = client.get("/manage/people/").get_data(as_text=True)
    assert "138****5678" in page
    assert "110105********002X" in page
    assert "13812345678" not in page
    assert ID not in page


def test_filters_narrow_the_list_and_stay_in_the_addresses(
    client: FlaskClient, student: User, make_user: MakeUser, school: SchoolInfo
) -> None:
    make_user(school, kind="teacher", real_name="高老师")
    page = client.get("/manage/people/?kind=teacher").get_data(as_text=True)
    assert "高老师" in page
    assert "欧阳晓明" not in page
    assert "kind=teacher" in page.split("<table", 1)[1]
    page = client.get(f"/manage/people/?class={student.class_id}&year=2026&state=never").get_data(
        as_text=True
    )
    assert "欧阳晓明" in page
    assert "高老师" not in page
    assert "林主任" not in page.split("<table", 1)[1]


def test_the_list_sorts_both_ways_and_turns_pages(
    client: FlaskClient, make_user: MakeUser, school: SchoolInfo
) -> None:
    for n in range(1, 24):
        make_user(school, real_name=f"学生{n:02d}", student_no=f"{school.unit_code}{n:04d}")
    first = client.get("/manage/people/?kind=student").get_data(as_text=True)
    assert "学生01" in first
    assert "学生20" in first
    assert "学生21" not in first
    second = client.get("/manage/people/?kind=student&page=2").get_data(as_text=True)
    assert "学生21" in second
    assert "学生23" in second
    assert "学生20" not in second
    last_first = client.get("/manage/people/?kind=student&sort=number&desc=1").get_data(as_text=True)
    assert "学生23" in last_first
    assert "学生03" not in last_first
    # After 停用 with a filter, the page one stood on may be gone.
    assert "学生23" in client.get("/manage/people/?kind=student&page=9").text


@pytest.mark.parametrize(
    "query",
    [
        "page=-1", "page=999999999999999999999", "page=x", "sort=password_hash", "sort=id;drop", "class=x",
        "class=99999999999999999999999", "year=99999999999", "kind=secretary", "state=everything", "desc=9",
    ],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_error(client: FlaskClient, query: str) -> None:
    assert client.get(f"/manage/people/?{query}", follow_redirects=True).status_code == 200


def test_a_class_shows_its_students_and_no_others(
    client: FlaskClient, student: User, make_user: MakeUser, school: SchoolInfo
) -> None:
    make_user(school, real_name="别班的人")
    listed = client.get("/manage/classes/?q=临床").get_data(as_text=True)
    assert "临床一班" in listed
    assert "2026001" in listed
    page = client.get(f"/manage/classes/{student.class_id}/").get_data(as_text=True)
    assert "欧阳晓明" in page
    assert "别班的人" not in page


def test_another_schools_class_is_answered_like_one_that_does_not_exist(
    client: FlaskClient, other_school: SchoolInfo
) -> None:
    theirs = put_class(other_school, number="2026001", name="别校的班", entry_year=2026)
    foreign, missing = client.get(f"/manage/classes/{theirs}/"), client.get("/manage/classes/999999999/")
    assert foreign.status_code == missing.status_code == 404
    assert "别校的班" not in foreign.get_data(as_text=True)


def test_empty_lists_say_what_to_do_next(client: FlaskClient) -> None:
    assert "学生用户导入" in client.get("/manage/classes/").get_data(as_text=True)
    assert "还没有班级" in client.get("/manage/classes/").get_data(as_text=True)


def test_the_list_of_people_asks_for_slips_of_the_ticked_where_they_are_used(
    office: FlaskClient, school: SchoolInfo, make_ctx: Callable[..., Context], make_user: MakeUser
) -> None:
    person = make_user(school)
    assert 'value="slips"' not in office.get("/manage/people/").text
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=RANDOM, slip_days=30)
    assert 'value="slips"' in office.get("/manage/people/").text
    page = post(office, "/manage/people/bulk", action="slips", rowid=[str(person.id)]).text
    assert "将为 1 名未激活的学生生成新的一次性密码" in page
    assert post(office, "/manage/people/bulk", action="slips").status_code == 303


def test_the_list_has_the_manuals_buttons(client: FlaskClient) -> None:
    page = client.get("/manage/people/").text
    for word in ("添加", "修改", "重置密码", "下载学生模板", "学生用户导入", "下载教师模板", "教师用户导入"):
        assert word in page, word


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
    assert all(stored_row(school, User, id=one.id).password_hash is None for one in students)
    assert browser.get("/my/courses").status_code == 303
    (entry,) = audit_of(school, "user.password_reset")
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
    assert stored_row(school, User, id=other.id).status == "active"


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
    assert stored_row(school, User, id=teacher.id).status == "disabled"
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
    now = stored_row(school, User, id=teacher.id)
    assert (now.status, now.password_hash) == ("active", "x")


def test_an_administrators_reset_shows_a_one_time_password_once(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    other = make_user(school, kind="administrator", real_name="张主任", login_name="zhang")
    answer = post(client, "/manage/people/bulk", action="reset", rowid=str(other.id))
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", answer.text)
    assert "张主任" in answer.text
