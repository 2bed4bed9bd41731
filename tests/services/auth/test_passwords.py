"""Changes of a person's own password, temporary passwords, and the account behind a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from app.context import Context
from app.errors import Invalid, NotAllowed, TooManyTries
from app.models import AuditEntry, User
from app.rules.auth.login_limits import FAILURES
from app.rules.permissions import Role
from app.services.auth.login import load_account
from app.services.auth.passwords import WeakPassword, change_password
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE
from app.services.shared.password_hashes import hash_password, make_one_time_password, verify_password
from app.uow import unit_of_work
from app.web.auth.redis_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.services.auth.test_login import row_of, seal_into

GOOD = "correct-horse-battery"
Change = Callable[..., str]


@pytest.fixture
def change(app: Flask, make_ctx: Callable[..., Context], school: SchoolInfo) -> Change:
    """Change an account's password: ``change(user, current, new)``."""

    def run(user: User, current: str, new: str) -> str:
        limits = RedisLoginLimits(app.extensions["spoc_redis"], school.id)
        with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
            return change_password(ctx, current=current, new=new, limits=limits)

    return run


def test_the_first_own_password_ends_the_initial_one_and_its_count(
    change: Change, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(school, failed_logins=7)
    stored = change(user, "123456", GOOD)
    after = row_of(school, user)
    assert after.password_hash == stored
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(stored, GOOD)
    assert (after.must_change_password, after.failed_logins) == (False, 0)
    with school_scope(school.id) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "password.changed")).one()
    assert (entry.actor_id, entry.object_id, entry.data) == (user.id, user.id, {})


@pytest.mark.parametrize("new", ["short", "31002X31002X", "13900001111", "19491231", "password", "123456"])
def test_a_weak_password_is_refused_with_the_reason(
    change: Change, school: SchoolInfo, make_user: Callable[..., User], new: str
) -> None:
    user = make_user(school, birth_date=date(1949, 12, 31))
    seal_into(school, user, id_number="11010519491231002X", mobile="13900001111")
    with pytest.raises(WeakPassword) as refusal:
        change(user, "31002X", new)
    assert refusal.value.field == "new_password"
    assert refusal.value.problems
    assert row_of(school, user).password_hash is None


def test_the_new_password_must_be_another_one(
    change: Change, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(school, password_hash=hash_password(GOOD), must_change_password=False)
    with pytest.raises(WeakPassword, match="不能与当前密码相同"):
        change(user, GOOD, GOOD)


def test_a_wrong_current_password_changes_nothing_and_is_limited(
    change: Change, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    user = make_user(school)
    for _ in range(FAILURES):
        with pytest.raises(Invalid, match="当前密码不正确"):
            change(user, "654321", GOOD)
    with pytest.raises(TooManyTries):
        change(user, "123456", GOOD)
    assert row_of(school, user).password_hash is None


def test_nobody_has_no_password_to_change(
    app: Flask, make_ctx: Callable[..., Context], school: SchoolInfo
) -> None:
    limits = RedisLoginLimits(app.extensions["spoc_redis"], school.id)
    with pytest.raises(NotAllowed), unit_of_work(make_ctx(school, Role.STUDENT)) as ctx:
        change_password(ctx, current="123456", new=GOOD, limits=limits)


def test_one_time_passwords_are_random_and_readable() -> None:
    made = {make_one_time_password() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 14 and not set("01OI") & set(one) for one in made)


def test_no_hash_fits_no_password() -> None:
    assert not verify_password(None, "")
    assert not verify_password("not a hash", "123456")


def test_a_session_finds_active_accounts_only(
    make_ctx: Callable[..., Context],
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
) -> None:
    user, disabled = make_user(school, "teacher", nickname="王老师"), make_user(school, status="disabled")
    account = load_account(make_ctx(school), user_id=user.id)
    assert account is not None
    assert (account.kind, account.nickname) == ("teacher", "王老师")
    assert load_account(make_ctx(school), user_id=disabled.id) is None
    assert load_account(make_ctx(other_school), user_id=user.id) is None


def test_sealed_columns_have_the_names_that_login_reads() -> None:
    assert (ID_NUMBER, MOBILE) == ("id_number", "mobile")
