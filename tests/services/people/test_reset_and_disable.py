"""Passwords reset, accounts disabled, roles changed: what must never happen by it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import Conflict, NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.auth.passwords import is_password_of
from app.services.people.reset_and_disable import (
    change_role,
    disable_accounts,
    enable_accounts,
    reset_passwords,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.accounts import find_account

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def test_a_reset_gives_the_initial_password_and_forgives_failures(ctx: Context, make_user: MakeUser) -> None:
    student = make_user(ctx.school, password_hash="x", must_change_password=False, failed_logins=20)
    with unit_of_work(ctx):
        reset = reset_passwords(ctx, user_ids=[student.id])
    now = find_account(ctx, student.id)
    assert reset.user_ids == (student.id,)
    assert (now.password_hash, now.must_change_password, now.failed_logins) == (None, True, 0)
    assert is_password_of(ctx, now, "123456")


def test_administrators_never_get_a_guessable_password(ctx: Context, make_user: MakeUser) -> None:
    other = make_user(ctx.school, kind="administrator", password_hash="x")
    with unit_of_work(ctx):
        (one,) = reset_passwords(ctx, user_ids=[other.id]).one_time
    now = find_account(ctx, other.id)
    assert is_password_of(ctx, now, one.password)
    assert not is_password_of(ctx, now, "123456")
    assert one.password not in repr(one)


def test_students_do_not_become_staff(ctx: Context, make_user: MakeUser, school: SchoolInfo) -> None:
    student = make_user(school)
    with pytest.raises(Conflict):
        change_role(ctx, user_id=student.id, role="administrator")


@pytest.mark.parametrize("role", [Role.TEACHER, Role.STUDENT])
def test_only_administrators_reset_disable_and_change_roles(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, role: Role
) -> None:
    user = make_user(school)
    ctx = make_ctx(school, role)
    for work in (
        lambda: reset_passwords(ctx, user_ids=[user.id]),
        lambda: disable_accounts(ctx, user_ids=[user.id]),
        lambda: enable_accounts(ctx, user_ids=[user.id]),
        lambda: change_role(ctx, user_id=user.id, role="teacher"),
    ):
        with pytest.raises(NotAllowed):
            work()


def test_another_schools_account_is_not_reset_disabled_or_changed(
    ctx: Context, make_user: MakeUser, other_school: SchoolInfo, school: SchoolInfo
) -> None:
    mine, theirs = make_user(school), make_user(other_school)
    for work in (
        lambda: reset_passwords(ctx, user_ids=[mine.id, theirs.id]),
        lambda: disable_accounts(ctx, user_ids=[mine.id, theirs.id]),
        lambda: change_role(ctx, user_id=theirs.id, role="teacher"),
    ):
        with pytest.raises((NotFound, Conflict)):
            work()
