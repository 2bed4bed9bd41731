"""Accounts by hand: the rules of the imports, who else holds a value, and which fields are marked."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import AuditEntry, SchoolClass, User
from app.rules.permissions import Role
from app.services.auth.passwords import is_password_of
from app.services.people.edit import create_account, edit_account
from app.services.shared.encrypted_fields import open_id_number, open_mobile
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.accounts import add_student, at_once, find_account, refused_fields, student_values

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


ID = "11010519491231002X"


def test_a_student_by_hand_is_as_a_student_from_a_file(ctx: Context) -> None:
    student = add_student(
        ctx, id_number=ID.lower(), mobile="+86 138 0013 8000", email="A@Example.CN", entry_year="2026级"
    )
    assert (student.nickname, student.gender, str(student.birth_date)) == ("高小明", "female", "1949-12-31")
    assert (student.name_pinyin, student.name_initials) == ("gaoxiaoming", "gxm")
    assert (student.email, student.entry_year) == ("a@example.cn", 2026)
    assert (open_mobile(ctx, student), open_id_number(ctx, student)) == ("13800138000", ID)
    assert is_password_of(ctx, student, "31002X")
    assert student.edited_columns == []


@pytest.mark.parametrize("kind", ["teacher", "administrator"])
def test_staff_need_a_name_only(ctx: Context, kind: str) -> None:
    assert refused_fields(lambda: create_account(ctx, kind=kind, values={"bio": "教授"})) == {
        "real_name": "不能为空"
    }
    with unit_of_work(ctx):
        added = create_account(ctx, kind=kind, values={"real_name": "王芳", "bio": "教授\n博士"})
    assert (added.login, added.login_given) == ("wangfang1", True)
    assert (added.one_time_password is not None) == (kind == "administrator")
    assert find_account(ctx, added.id).bio == "教授\n博士"


def test_a_phone_or_mail_is_login_enough(ctx: Context) -> None:
    with unit_of_work(ctx):
        by_phone = create_account(ctx, kind="teacher", values={"real_name": "王芳", "mobile": "13800138000"})
        by_mail = create_account(ctx, kind="teacher", values={"real_name": "王芳", "email": "wf@example.cn"})
    assert (by_phone.login, by_phone.login_given) == ("13800138000", False)
    assert by_mail.login == "wf@example.cn"


def test_a_value_of_another_account_is_refused_at_its_field(ctx: Context) -> None:
    taken = {"email": "a@example.cn", "mobile": "13800138000", "id_number": ID}
    first = add_student(ctx, **taken)
    values = student_values(ctx.school, **taken)
    found = refused_fields(lambda: create_account(ctx, kind="student", values=values, new_class=True))
    assert set(found) == {"student_no", *taken}
    assert set(found.values()) == {f"已被学号 {first.student_no} 的账号使用"}
    second = add_student(ctx, student_no=f"{ctx.school.unit_code}2")
    assert set(refused_fields(lambda: edit_account(ctx, user_id=second.id, changes=taken))) == set(taken)


def test_two_at_once_with_the_same_number_make_one_account(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    outcomes = at_once(
        make_ctx, school,
        *[lambda ctx: create_account(ctx, kind="student", values=student_values(school), new_class=True)] * 2,
    )  # fmt: skip
    assert sorted(type(one).__name__ for one in outcomes) == ["InvalidFields", "NewAccount"]
    ctx = make_ctx(school)
    assert ctx.session.scalar(select(func.count()).select_from(User)) == 1
    assert ctx.session.scalar(select(func.count()).select_from(SchoolClass)) == 1


def test_two_teachers_of_one_name_at_once_get_two_login_names(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    work = lambda ctx: create_account(ctx, kind="teacher", values={"real_name": "王芳"})  # noqa: E731
    assert sorted(one.login for one in at_once(make_ctx, school, work, work)) == ["wangfang1", "wangfang2"]


def test_what_is_changed_is_marked_and_what_stays_is_not(ctx: Context) -> None:
    student = add_student(ctx, mobile="13800138000", major="临床医学")
    with unit_of_work(ctx):
        marked = edit_account(
            ctx,
            user_id=student.id,
            changes={"real_name": "高小明", "major": "护理学", "mobile": "13900139000", "email": ""},
        )
    assert set(marked) == {"major", "mobile"}
    assert find_account(ctx, student.id).edited_columns == ["major", "mobile"]
    with unit_of_work(ctx):
        assert edit_account(ctx, user_id=student.id, changes={"major": "护理学"}) == ()


def test_a_new_id_number_brings_birthday_and_gender(ctx: Context) -> None:
    student = add_student(ctx, birth_date="20000101", gender="男")
    with unit_of_work(ctx):
        edit_account(ctx, user_id=student.id, changes={"id_number": ID})
    now = find_account(ctx, student.id)
    assert (str(now.birth_date), now.gender) == ("1949-12-31", "female")
    assert set(refused_fields(lambda: edit_account(ctx, user_id=student.id, changes={"gender": "男"}))) == {
        "gender"
    }


def test_an_old_flaw_does_not_keep_the_rest_from_being_mended(
    ctx: Context, make_user: MakeUser, school: SchoolInfo
) -> None:
    student = make_user(school, student_no="77", real_name="高小明")
    with unit_of_work(ctx):
        assert edit_account(ctx, user_id=student.id, changes={"student_no": "77", "real_name": "高晓明"}) == (
            "real_name",
        )
    assert "student_no" in refused_fields(
        lambda: edit_account(ctx, user_id=student.id, changes={"student_no": "78"})
    )


def test_a_teacher_keeps_something_to_log_in_with(ctx: Context) -> None:
    with unit_of_work(ctx):
        added = create_account(ctx, kind="teacher", values={"real_name": "王芳", "mobile": "13800138000"})
    assert set(refused_fields(lambda: edit_account(ctx, user_id=added.id, changes={"mobile": ""}))) == {
        "login_name"
    }


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT])
def test_only_administrators_add_and_change_accounts(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, role: Role
) -> None:
    user = make_user(school)
    ctx = make_ctx(school, role)
    for work in (
        lambda: create_account(ctx, kind="teacher", values={"real_name": "王芳"}),
        lambda: edit_account(ctx, user_id=user.id, changes={"real_name": "王芳"}),
    ):
        with pytest.raises(NotAllowed):
            work()


def test_another_schools_account_is_not_there(
    ctx: Context, make_user: MakeUser, other_school: SchoolInfo
) -> None:
    with pytest.raises(NotFound):
        edit_account(ctx, user_id=make_user(other_school).id, changes={"real_name": "王芳"})


def test_no_audit_row_holds_a_number_in_clear(ctx: Context) -> None:
    student = add_student(ctx, id_number=ID, mobile="13800138000", email="a@example.cn")
    with unit_of_work(ctx):
        edit_account(
            ctx,
            user_id=student.id,
            changes={"mobile": "13900139000", "email": "b@example.cn", "nickname": "小高"},
        )
    rows = " ".join(str(one.data) for one in ctx.session.scalars(select(AuditEntry)))
    assert "小高" in rows
    for secret in (ID, "13800138000", "13900139000", "@example.cn", "19491231"):
        assert secret not in rows
