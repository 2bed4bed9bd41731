"""Accounts edited by hand: the imports' rules, duplicate values, edit marks, and forbidden changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, DomainError, InvalidFields, NotAllowed, NotFound
from app.models import AuditEntry, SchoolClass, User
from app.rules.permissions import Role
from app.services.auth.passwords import is_password_of
from app.services.people.edit import create_account, edit_account
from app.services.people.reset_and_disable import (
    change_role,
    disable_accounts,
    enable_accounts,
    reset_passwords,
)
from app.services.people.reveal import reveal_value
from app.services.people.search import PeopleFilter, find_people_ids
from app.services.shared.encrypted_fields import open_id_number, open_mobile
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.waiting import PATIENCE

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
ID = "11010519491231002X"


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    """An administrator at work."""
    return make_ctx(school)


def student_values(school: SchoolInfo, **values: Any) -> dict[str, Any]:
    """A form with what must be filled in."""
    return {
        "student_no": f"{school.unit_code}2026001",
        "real_name": "高小明",
        "class_name": "临床一班",
    } | values


def add_student(ctx: Context, **values: Any) -> User:
    """A student with a class that is made when it is not there."""
    with unit_of_work(ctx):
        added = create_account(
            ctx, kind="student", values=student_values(ctx.school, **values), new_class=True
        )
    return find(ctx, added.id)


def find(ctx: Context, user_id: int) -> User:
    """The account, read afresh."""
    statement = select(User).where(User.id == user_id).execution_options(populate_existing=True)
    return ctx.session.scalars(statement).one()


def refused(work: Callable[[], object]) -> dict[str, str]:
    """The fields that a use case refuses, with the reasons."""
    with pytest.raises(InvalidFields) as caught:
        work()
    return {name: str(message) for name, message in caught.value.problems.items()}


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
    assert refused(lambda: create_account(ctx, kind=kind, values={"bio": "教授"})) == {
        "real_name": "不能为空"
    }
    with unit_of_work(ctx):
        added = create_account(ctx, kind=kind, values={"real_name": "王芳", "bio": "教授\n博士"})
    assert (added.login, added.login_given) == ("wangfang1", True)
    assert (added.one_time_password is not None) == (kind == "administrator")
    assert find(ctx, added.id).bio == "教授\n博士"


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
    found = refused(lambda: create_account(ctx, kind="student", values=values, new_class=True))
    assert set(found) == {"student_no", *taken}
    assert set(found.values()) == {f"已被学号 {first.student_no} 的账号使用"}
    second = add_student(ctx, student_no=f"{ctx.school.unit_code}2")
    assert set(refused(lambda: edit_account(ctx, user_id=second.id, changes=taken))) == set(taken)


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
    assert find(ctx, student.id).edited_columns == ["major", "mobile"]
    with unit_of_work(ctx):
        assert edit_account(ctx, user_id=student.id, changes={"major": "护理学"}) == ()


def test_a_new_id_number_brings_birthday_and_gender(ctx: Context) -> None:
    student = add_student(ctx, birth_date="20000101", gender="男")
    with unit_of_work(ctx):
        edit_account(ctx, user_id=student.id, changes={"id_number": ID})
    now = find(ctx, student.id)
    assert (str(now.birth_date), now.gender) == ("1949-12-31", "female")
    assert set(refused(lambda: edit_account(ctx, user_id=student.id, changes={"gender": "男"}))) == {"gender"}


def test_an_old_flaw_does_not_keep_the_rest_from_being_mended(
    ctx: Context, make_user: MakeUser, school: SchoolInfo
) -> None:
    student = make_user(school, student_no="77", real_name="高小明")
    with unit_of_work(ctx):
        assert edit_account(ctx, user_id=student.id, changes={"student_no": "77", "real_name": "高晓明"}) == (
            "real_name",
        )
    assert "student_no" in refused(
        lambda: edit_account(ctx, user_id=student.id, changes={"student_no": "78"})
    )


def test_a_teacher_keeps_something_to_log_in_with(ctx: Context) -> None:
    with unit_of_work(ctx):
        added = create_account(ctx, kind="teacher", values={"real_name": "王芳", "mobile": "13800138000"})
    assert set(refused(lambda: edit_account(ctx, user_id=added.id, changes={"mobile": ""}))) == {"login_name"}


def test_classes_of_one_name_are_told_apart_by_year(ctx: Context) -> None:
    first = add_student(ctx, entry_year="2025")
    second = add_student(ctx, student_no=f"{ctx.school.unit_code}2", entry_year="2026")
    assert first.class_id != second.class_id
    third = student_values(ctx.school, student_no=f"{ctx.school.unit_code}3")
    assert "多个同名" in refused_class(ctx, third)
    with unit_of_work(ctx):
        added = create_account(ctx, kind="student", values=third | {"class_name": "临床一班 · 2025"})
    assert find(ctx, added.id).class_id == first.class_id


def refused_class(ctx: Context, values: dict[str, Any]) -> str:
    """Why no class was found."""
    return refused(lambda: create_account(ctx, kind="student", values=values))["class_name"]


def test_a_reset_gives_the_initial_password_and_forgives_failures(ctx: Context, make_user: MakeUser) -> None:
    student = make_user(ctx.school, password_hash="x", must_change_password=False, failed_logins=20)
    with unit_of_work(ctx):
        reset = reset_passwords(ctx, user_ids=[student.id])
    now = find(ctx, student.id)
    assert reset.user_ids == (student.id,)
    assert (now.password_hash, now.must_change_password, now.failed_logins) == (None, True, 0)
    assert is_password_of(ctx, now, "123456")


def test_administrators_never_get_a_guessable_password(ctx: Context, make_user: MakeUser) -> None:
    other = make_user(ctx.school, kind="administrator", password_hash="x")
    with unit_of_work(ctx):
        (one,) = reset_passwords(ctx, user_ids=[other.id]).one_time
    now = find(ctx, other.id)
    assert is_password_of(ctx, now, one.password)
    assert not is_password_of(ctx, now, "123456")
    assert one.password not in repr(one)


def test_the_last_administrator_stays(ctx: Context, make_user: MakeUser, school: SchoolInfo) -> None:
    last = make_user(school, kind="administrator")
    make_user(school, kind="administrator", status="disabled")
    for work in (
        lambda: disable_accounts(ctx, user_ids=[last.id]),
        lambda: change_role(ctx, user_id=last.id, role="teacher"),
    ):
        with pytest.raises(Conflict, match="至少要保留一位"):
            work()


@pytest.mark.parametrize("act", ["demote", "disable"])
def test_of_two_administrators_who_act_on_each_other_one_stays(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, act: str
) -> None:
    for _ in range(5):
        pair = [make_user(school, kind="administrator") for _ in range(2)]

        outcomes = at_once(make_ctx, school, *(against(act, user) for user in pair))
        assert sorted(isinstance(one, Conflict) for one in outcomes) == [False, True]
        ctx = make_ctx(school)
        active = User.kind == "administrator", User.status == "active"
        (left,) = ctx.session.scalars(select(User.id).where(*active))
        with unit_of_work(ctx):
            # The next round begins without this one's survivor; the guard itself forbids that.
            ctx.session.get_one(User, (school.id, left)).kind = "teacher"


def against(act: str, user: User) -> Callable[[Context], object]:
    """What takes an administrator his rights."""
    if act == "demote":
        return lambda ctx: change_role(ctx, user_id=user.id, role="teacher")
    return lambda ctx: disable_accounts(ctx, user_ids=[user.id])


def at_once(make_ctx: MakeCtx, school: SchoolInfo, *works: Callable[[Context], Any]) -> list[Any]:
    """Run use cases in transactions that begin together; gives results and refusals."""
    contexts = [make_ctx(school) for _ in works]
    barrier, outcomes = threading.Barrier(len(works)), []

    def run(ctx: Context, work: Callable[[Context], Any]) -> None:
        barrier.wait(PATIENCE)
        try:
            with unit_of_work(ctx):
                outcome: Any = work(ctx)
        except DomainError as refusal:
            outcome = refusal
        outcomes.append(outcome)

    threads = [
        threading.Thread(target=copy_context().run, args=(run, ctx, work))
        for ctx, work in zip(contexts, works, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(outcomes) == len(works)
    return outcomes


def test_students_do_not_become_staff(ctx: Context, make_user: MakeUser, school: SchoolInfo) -> None:
    student = make_user(school)
    with pytest.raises(Conflict):
        change_role(ctx, user_id=student.id, role="administrator")


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT])
def test_only_administrators_do_any_of_it(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, role: Role
) -> None:
    user = make_user(school)
    ctx = make_ctx(school, role)
    for work in (
        lambda: create_account(ctx, kind="teacher", values={"real_name": "王芳"}),
        lambda: edit_account(ctx, user_id=user.id, changes={"real_name": "王芳"}),
        lambda: reset_passwords(ctx, user_ids=[user.id]),
        lambda: disable_accounts(ctx, user_ids=[user.id]),
        lambda: enable_accounts(ctx, user_ids=[user.id]),
        lambda: change_role(ctx, user_id=user.id, role="teacher"),
        lambda: reveal_value(ctx, user_id=user.id, field="mobile", reason="核对"),
    ):
        with pytest.raises(NotAllowed):
            work()


def test_another_schools_account_is_not_there(
    ctx: Context, make_user: MakeUser, other_school: SchoolInfo, school: SchoolInfo
) -> None:
    mine, theirs = make_user(school), make_user(other_school)
    for work in (
        lambda: edit_account(ctx, user_id=theirs.id, changes={"real_name": "王芳"}),
        lambda: reset_passwords(ctx, user_ids=[mine.id, theirs.id]),
        lambda: disable_accounts(ctx, user_ids=[mine.id, theirs.id]),
        lambda: change_role(ctx, user_id=theirs.id, role="teacher"),
        lambda: reveal_value(ctx, user_id=theirs.id, field="mobile", reason="核对"),
    ):
        with pytest.raises((NotFound, Conflict)):
            work()


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


def test_all_who_match_are_found_without_their_pages(
    ctx: Context, make_user: MakeUser, school: SchoolInfo
) -> None:
    wanted = {make_user(school, real_name=f"高{n}").id for n in range(25)}
    make_user(school, kind="teacher", real_name="高老师")
    assert set(find_people_ids(ctx, text="高", filters=PeopleFilter(kind="student"))) == wanted
