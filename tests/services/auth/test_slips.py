"""Credential slips: who gets one, who prints, and what ends one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import User
from app.rules.auth.login_limits import LIFETIME_FAILURES
from app.rules.permissions import Role
from app.services.auth import slips
from app.services.auth.login import Account, load_account
from app.services.auth.passwords import WeakPassword, change_password
from app.services.auth.slips import (
    SlipChoice,
    SlipGroup,
    VoidsUnseen,
    count_not_activated,
    preview_slips,
    print_slips,
)
from app.services.schools.settings import RANDOM, RULE
from app.services.shared.password_hashes import hash_password
from app.uow import unit_of_work
from app.web.auth.redis_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import TODAY
from tests.support.rows import row_of
from tests.support.slips import STUDENTS, choose_first_passwords, handed_out
from tests.support.teaching import put_class
from tests.support.waiting import PATIENCE, eventually, waits_for_a_lock

Try = Callable[..., Account | None]
MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


GOOD = "correct-horse-battery"


def test_the_own_password_voids_the_slip_and_must_be_another(
    app: Flask, attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    limits = RedisLoginLimits(app.extensions["spoc_redis"], random_school.id)

    def change(current: str, new: str) -> None:
        with unit_of_work(make_ctx(random_school, Role.STUDENT, user=user)) as ctx:
            change_password(ctx, current=current, new=new, limits=limits)

    with pytest.raises(Invalid, match="当前密码不正确"):
        change("123456", GOOD)
    with pytest.raises(WeakPassword, match="不能与当前密码相同"):
        change(password, password.lower().replace("-", ""))
    change(password, GOOD)
    row = row_of(random_school, user)
    assert (row.slip_digest, row.slip_until, row.must_change_password) == (None, None, False)
    assert attempt(user.student_no, password) is None
    assert attempt(user.student_no, GOOD) is not None


def test_printing_again_voids_the_slip_before_and_ends_its_sessions(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    before = handed_out(make_ctx, random_school)[user.student_no or ""]
    opened = attempt(user.student_no, before)
    again = handed_out(make_ctx, random_school)[user.student_no or ""]
    now = load_account(make_ctx(random_school), user_id=user.id)
    assert opened is not None
    assert now is not None
    assert opened.password_hash != now.password_hash
    assert attempt(user.student_no, before) is None
    assert attempt(user.student_no, again) is not None


def test_the_lifetime_cap_holds_through_every_change_of_the_schools_choice(
    attempt: Try, make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school)
    for number in range(LIFETIME_FAILURES):
        if number % 5 == 0:
            choose_first_passwords(make_ctx, school, RANDOM if number % 10 else RULE)
        assert attempt(user.student_no, f"{number:06d}", address=f"198.51.100.{number}") is None
    for way in (RULE, RANDOM, RULE):
        choose_first_passwords(make_ctx, school, way)
        assert attempt(user.student_no, "123456", address="203.0.113.9") is None
    assert row_of(school, user).failed_logins == LIFETIME_FAILURES


def test_an_attacker_shuts_nobody_out_of_a_slip(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    for number in range(LIFETIME_FAILURES + 5):
        assert attempt(user.student_no, f"{number:06d}", address=f"198.51.100.{number}") is None
    assert attempt(user.student_no, password) is not None
    choose_first_passwords(make_ctx, random_school, RULE)
    assert attempt(user.student_no, "123456", address="203.0.113.8") is None


def test_slips_are_printed_for_those_without_an_own_password_only(
    make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    mine = put_class(random_school, number="一班", name="一班", entry_year=2026)
    new = make_user(random_school, class_id=mine, failed_logins=7)
    own = make_user(random_school, class_id=mine, password_hash=hash_password(GOOD))
    gone = make_user(random_school, class_id=mine, status="disabled")
    teacher = make_user(random_school, "teacher", class_id=mine)
    elsewhere = make_user(random_school)
    assert list(handed_out(make_ctx, random_school, SlipChoice(class_id=mine))) == [new.student_no]
    assert row_of(random_school, new).failed_logins == 0
    ticked = SlipChoice(user_ids=(own.id, gone.id, teacher.id))
    assert list(handed_out(make_ctx, random_school, ticked)) == [teacher.login_name]
    assert set(handed_out(make_ctx, random_school)) == {new.student_no, elsewhere.student_no}
    assert list(handed_out(make_ctx, random_school, SlipChoice(group=SlipGroup.STAFF))) == [
        teacher.login_name
    ]
    assert row_of(random_school, own).slip_digest is None


def test_the_preview_counts_what_printing_does(
    make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    old, new = (
        put_class(random_school, number="二班", name="二班", entry_year=2025),
        put_class(random_school, number="一班", name="一班", entry_year=2026),
    )
    people = [make_user(random_school, class_id=class_id) for class_id in (old, new, new, None)]
    done = make_user(random_school, class_id=new, password_hash=hash_password(GOOD))
    handed_out(make_ctx, random_school, SlipChoice(class_id=new))
    ctx = make_ctx(random_school)
    found = preview_slips(ctx, choice=SlipChoice(user_ids=(*(one.id for one in people), done.id)))
    assert [(row.name, row.entry_year, row.count) for row in found.classes] == [
        ("一班", 2026, 2),
        ("二班", 2025, 1),
        (None, None, 1),
    ]
    assert (found.count, found.students, found.voided, found.passed_over) == (4, 4, 2, 1)
    assert found.good_until == TODAY + timedelta(days=30) == date(2026, 10, 10)
    by_class, staff = count_not_activated(ctx)
    assert (sum(row.count for row in by_class), staff) == (4, 0)
    sheets = print_slips(ctx, choice=STUDENTS, voided=2)
    assert [(sheet.title, len(sheet.slips)) for sheet in sheets] == [
        ("一班", 2),
        ("二班", 1),
        ("未分班学生", 1),
    ]


def test_of_two_administrators_at_once_the_second_is_asked_and_voids_nothing(
    app_context: Flask, attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    users = [make_user(random_school) for _ in range(20)]
    choice = SlipChoice(user_ids=tuple(user.id for user in users))

    def passwords(ctx: Context) -> dict[str, str]:
        sheets = print_slips(ctx, choice=choice, voided=0)
        return {slip.login: slip.password for sheet in sheets for slip in sheet.slips}

    def print_second(ctx: Context) -> dict[str, str]:
        with app_context.app_context(), unit_of_work(ctx):
            return passwords(ctx)

    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(make_ctx(random_school)) as ctx:
            good = passwords(ctx)
            second = pool.submit(print_second, make_ctx(random_school))
            eventually(lambda: second.done() or waits_for_a_lock(ctx.session))
        with pytest.raises(VoidsUnseen, match="没有再次生成"):
            second.result(PATIENCE)
    assert all(attempt(user.student_no, good[user.student_no or ""]) for user in users)


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.SECRETARY, Role.SYSTEM])
@pytest.mark.parametrize("use_case", [preview_slips, partial(print_slips, voided=0)])
def test_only_administrators_print(
    make_ctx: MakeCtx, random_school: SchoolInfo, role: Role, use_case: Callable[..., Any]
) -> None:
    with pytest.raises(NotAllowed):
        use_case(make_ctx(random_school, role), choice=STUDENTS)
    with pytest.raises(NotAllowed):
        count_not_activated(make_ctx(random_school, role))


def test_printing_is_refused_under_the_rule_for_nobody_and_for_too_many(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Conflict, match="学校设置"):
        print_slips(make_ctx(school), choice=STUDENTS, voided=0)
    choose_first_passwords(make_ctx, school, RANDOM)
    with pytest.raises(Conflict, match="没有需要生成的密码条"):
        print_slips(make_ctx(school), choice=STUDENTS, voided=0)
    users = [make_user(school) for _ in range(3)]
    monkeypatch.setattr(slips, "MOST", 2)
    with pytest.raises(Invalid, match="一次最多生成 2 张"):
        handed_out(make_ctx, school)
    assert row_of(school, users[0]).slip_digest is None


def test_another_schools_class_and_people_get_nothing(
    make_ctx: MakeCtx, random_school: SchoolInfo, other_school: SchoolInfo, make_user: MakeUser
) -> None:
    theirs, stranger = (
        put_class(other_school, number="一班", name="一班", entry_year=2026),
        make_user(other_school),
    )
    with pytest.raises(NotFound):
        print_slips(make_ctx(random_school), choice=SlipChoice(class_id=theirs), voided=0)
    with pytest.raises(Conflict):
        print_slips(make_ctx(random_school), choice=SlipChoice(user_ids=(stranger.id,)), voided=0)
    with school_scope(other_school.id) as session:
        assert session.scalars(select(User.slip_digest)).all() == [None]
