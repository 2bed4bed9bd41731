"""Logging in: finding the account, checking the password, counting failures and recording the login."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update

from app.context import Context
from app.errors import TooManyTries
from app.models import AuditEntry, User
from app.rules.auth.login_limits import FAILURES, LIFETIME_FAILURES, STRAINED_ACCOUNTS, STRAINED_FAILURES
from app.services.auth.limit_port import LoginTry
from app.services.auth.login import Account, KnownDevice, find_account, log_in
from app.services.shared import password_hashes
from app.services.shared.encrypted_fields import seal
from app.services.shared.password_hashes import hash_password
from app.uow import unit_of_work
from app.vault import Vault
from app.web.auth.redis_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY

ID = "11010519491231002X"
Try = Callable[..., Account | None]
MakeUser = Callable[..., User]


def seal_into(school: SchoolInfo, user: User, **texts: str) -> None:
    """Give an account an ID number or a phone."""
    values: dict[str, Any] = {}
    for field, text in texts.items():
        values[f"{field}_sealed"], values[f"{field}_index"] = seal(
            Vault(VAULT_KEY), school.id, field, user.id, text
        )
    with school_scope(school.id) as session:
        session.execute(update(User).where(User.id == user.id).values(values))
        session.commit()


def row_of(school: SchoolInfo, user: User) -> User:
    """The account as the database has it now."""
    with school_scope(school.id) as session:
        return session.scalars(select(User).where(User.id == user.id)).one()


def audit_of(school: SchoolInfo, action: str) -> list[AuditEntry]:
    """The audit rows of a kind."""
    with school_scope(school.id) as session:
        return list(
            session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        )


@pytest.fixture
def limits_of(app: Flask) -> Callable[[SchoolInfo], RedisLoginLimits]:
    """The counters of a school, in the test run's Redis."""
    return lambda school: RedisLoginLimits(app.extensions["spoc_redis"], school.id)


@pytest.fixture
def attempt(
    make_ctx: Callable[..., Context], school: SchoolInfo, limits_of: Callable[[SchoolInfo], RedisLoginLimits]
) -> Try:
    """Try to log in at the school: ``attempt(account, password, address=…, now=…, device=…)``."""

    def log(
        account: str | None,
        password: str,
        *,
        address: str = "203.0.113.1",
        now: datetime = NOW,
        device: KnownDevice | None = None,
        at: SchoolInfo = school,
    ) -> Account | None:
        ctx = make_ctx(at, now=now)
        ctx = replace(ctx, actor=replace(ctx.actor, user_id=None, address=address))
        with unit_of_work(ctx):
            return log_in(ctx, account=account or "", password=password, limits=limits_of(at), device=device)

    return log


@pytest.fixture
def count_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was hashed or verified since."""
    done: list[str] = []
    hasher = password_hashes._HASHER

    class Counting:
        def hash(self, password: str) -> str:
            done.append("hash")
            return hasher.hash(password)

        def verify(self, stored: str, password: str) -> bool:
            done.append("verify")
            return hasher.verify(stored, password)

        def check_needs_rehash(self, stored: str) -> bool:
            return hasher.check_needs_rehash(stored)

    password_hashes._nobodys_hash()
    monkeypatch.setattr(password_hashes, "_HASHER", Counting())
    return done


@pytest.mark.parametrize(
    "typed",
    [
        "{no}",
        " {no} ",
        "13900001111",
        "+86 139 0000 1111",
        "Han.Meimei@Example.cn",
        "HANMEIMEI",
        "ｈａｎｍｅｉｍｅｉ",
    ],
)
def test_every_name_of_an_account_leads_in(
    attempt: Try, school: SchoolInfo, make_user: MakeUser, typed: str
) -> None:
    user = make_user(school, email="han.meimei@example.cn", login_name="hanmeimei")
    seal_into(school, user, mobile="13900001111")
    found = attempt(typed.format(no=user.student_no), "123456")
    assert found is not None
    assert found.id == user.id


def test_an_account_is_found_at_its_own_school_only(
    attempt: Try, school: SchoolInfo, other_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school, login_name="wanglaoshi")
    seal_into(school, user, mobile="13900001112")
    for name in (user.student_no, "wanglaoshi", "13900001112"):
        assert attempt(name, "123456", at=other_school) is None
        assert attempt(name, "123456") is not None


def test_the_number_goes_before_somebody_elses_login_name(
    make_ctx: Callable[..., Context], school: SchoolInfo, make_user: MakeUser
) -> None:
    student = make_user(school)
    make_user(school, "teacher", login_name=student.student_no)
    found = find_account(make_ctx(school), student.student_no or "")
    assert found is not None
    assert found.id == student.id


@pytest.mark.parametrize("typed", ["31002X", "31002x"])
def test_the_initial_password_is_the_end_of_the_id_number(
    attempt: Try, school: SchoolInfo, make_user: MakeUser, typed: str
) -> None:
    user = make_user(school)
    seal_into(school, user, id_number=ID)
    assert attempt(user.student_no, "123456") is None
    found = attempt(user.student_no, typed)
    assert found is not None
    assert found.must_change_password
    assert row_of(school, user).password_hash is None


def test_a_login_is_written_down_and_does_not_change_the_persons_data(
    attempt: Try, school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school)
    attempt(user.student_no, "wrong")
    attempt(user.student_no, "123456")
    after = row_of(school, user)
    assert (after.last_login_at, after.failed_logins, after.updated_at) == (NOW, 1, user.updated_at)
    (entry,) = audit_of(school, "login.succeeded")
    assert (entry.actor_id, entry.object_id, entry.address) == (user.id, user.id, "203.0.113.1")
    (failure,) = audit_of(school, "login.failed")
    assert (failure.actor_id, failure.object_id, failure.data) == (None, user.id, {})


def test_every_failure_costs_one_hash_and_says_the_same(
    attempt: Try, school: SchoolInfo, make_user: MakeUser, count_hashes: list[str]
) -> None:
    own = make_user(school, password_hash=hash_password("an-own-password"), must_change_password=False)
    disabled = make_user(school, status="disabled", password_hash=hash_password("an-own-password"))
    fresh = make_user(school)
    for account, password in [
        (own.student_no, "wrong"),
        (disabled.student_no, "an-own-password"),
        (fresh.student_no, "wrong"),
        ("nobody", "wrong"),
        ("", ""),
        ("#REF!", "x" * 5000),
    ]:
        del count_hashes[:]
        assert attempt(account, password) is None
        assert count_hashes == ["verify"]


def test_a_right_password_costs_one_hash_too(
    attempt: Try, school: SchoolInfo, make_user: MakeUser, count_hashes: list[str]
) -> None:
    own = make_user(school, password_hash=PasswordHasher(2, 19 * 1024, 1).hash("an-own-password"))
    for account, password in [(own, "an-own-password"), (make_user(school), "123456")]:
        del count_hashes[:]
        assert attempt(account.student_no, password) is not None
        assert count_hashes == ["verify"]


def test_an_own_password_ends_the_initial_one(attempt: Try, school: SchoolInfo, make_user: MakeUser) -> None:
    user = make_user(school, password_hash=hash_password("an-own-password"), must_change_password=False)
    assert attempt(user.student_no, "123456") is None
    found = attempt(user.student_no, "an-own-password")
    assert found is not None
    assert not found.must_change_password


def test_a_hash_of_older_parameters_is_renewed_at_login(
    attempt: Try, school: SchoolInfo, make_user: MakeUser
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("an-own-password")
    user = make_user(school, password_hash=weak, must_change_password=False)
    found = attempt(user.student_no, "an-own-password")
    assert found is not None
    assert found.password_hash == row_of(school, user).password_hash != weak
    assert attempt(user.student_no, "an-own-password") is not None


def test_five_failures_hold_this_account_at_this_address_for_a_while(
    attempt: Try, school: SchoolInfo, make_user: MakeUser
) -> None:
    user, other = make_user(school), make_user(school)
    for minute in range(FAILURES):
        assert attempt(user.student_no, "wrong", now=NOW + timedelta(minutes=minute)) is None
    later = NOW + timedelta(minutes=FAILURES)
    with pytest.raises(TooManyTries) as refusal:
        attempt(user.student_no, "123456", now=later)
    assert refusal.value.retry_after == 10 * 60
    assert attempt(other.student_no, "123456", now=later) is not None
    assert attempt(user.student_no, "123456", now=later, address="203.0.113.2") is not None
    assert attempt(user.student_no, "123456", now=NOW + timedelta(minutes=15, seconds=1)) is not None


def test_an_unknown_account_is_held_like_a_known_one(attempt: Try) -> None:
    for _ in range(FAILURES):
        assert attempt("nobody", "wrong") is None
    with pytest.raises(TooManyTries):
        attempt("nobody", "wrong")


def test_the_names_of_one_account_share_its_failures(
    attempt: Try, school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school, login_name="zhaoliu", email="zhaoliu@example.cn")
    for typed in (user.student_no, "zhaoliu", "zhaoliu@example.cn", user.student_no, "ZHAOLIU"):
        assert attempt(typed, "wrong") is None
    with pytest.raises(TooManyTries):
        attempt("zhaoliu", "wrong")


def test_parallel_failures_do_not_pass_the_limit_together(
    limits_of: Callable[[SchoolInfo], RedisLoginLimits], school: SchoolInfo
) -> None:
    limits = limits_of(school)

    def take(number: int) -> int:
        return limits.take(LoginTry(str(number), "user-1", "203.0.113.1", None, NOW))

    with ThreadPoolExecutor(50) as pool:
        waits = list(pool.map(take, range(50)))
    assert waits.count(0) == FAILURES


def test_a_known_device_is_not_held_by_the_failures_of_others(
    attempt: Try, school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school, password_hash=hash_password("an-own-password"), must_change_password=False)
    mine, stolen = KnownDevice(user.id, "mine"), KnownDevice(user.id + 1, "mine")
    for _ in range(FAILURES):
        attempt(user.student_no, "wrong")
    with pytest.raises(TooManyTries):
        attempt(user.student_no, "an-own-password", device=stolen)
    assert attempt(user.student_no, "an-own-password", device=mine) is not None
    for _ in range(FAILURES):
        assert attempt(user.student_no, "wrong", device=mine) is None
    with pytest.raises(TooManyTries):
        attempt(user.student_no, "an-own-password", device=mine)


@pytest.mark.parametrize(("position", "hit"), [(LIFETIME_FAILURES, True), (LIFETIME_FAILURES + 1, False)])
def test_an_attacker_with_ten_addresses_and_a_day_gets_twenty_tries(
    attempt: Try, school: SchoolInfo, make_user: MakeUser, position: int, hit: bool
) -> None:
    """The 500 candidates of somebody whose birthday and home are known; the right one at ``position``."""
    user = make_user(school)
    seal_into(school, user, id_number=ID)
    candidates = [f"{number:06d}" for number in range(1, 501)]
    candidates[position - 1] = "31002X"
    found = None
    for number, candidate in enumerate(candidates[:60]):
        now = NOW + timedelta(minutes=24 * 60 * number / 500)
        found = attempt(user.student_no, candidate, address=f"203.0.113.{number % 10}", now=now)
        if found is not None:
            break
    assert (found is not None) is hit
    assert row_of(school, user).failed_logins == LIFETIME_FAILURES - (1 if hit else 0)


def test_parallel_attackers_get_no_more_than_twenty_tries(
    app: Flask, attempt: Try, school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school)

    def fail(number: int) -> None:
        with app.app_context():
            assert attempt(user.student_no, "wrong", address=f"198.51.100.{number}") is None

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, range(30)))
    assert row_of(school, user).failed_logins == LIFETIME_FAILURES
    assert attempt(user.student_no, "123456") is None


def test_an_own_password_is_not_locked_by_failures_elsewhere(
    attempt: Try, school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school, password_hash=hash_password("an-own-password"), must_change_password=False)
    for number in range(2 * LIFETIME_FAILURES):
        attempt(user.student_no, "wrong", address=f"198.51.100.{number}")
    assert row_of(school, user).failed_logins == 0
    assert attempt(user.student_no, "an-own-password") is not None


def test_spraying_slows_an_address_down_and_spares_known_devices_and_other_addresses(
    attempt: Try, school: SchoolInfo, make_user: MakeUser, limits_of: Callable[[SchoolInfo], RedisLoginLimits]
) -> None:
    user, limits = make_user(school), limits_of(school)
    for number in range(STRAINED_ACCOUNTS):
        tried = LoginTry(str(number), f"user-{-number}", "203.0.113.1", None, NOW)
        assert limits.take(tried) == 0
        assert limits.note_failure(tried) is (number == STRAINED_ACCOUNTS - 1)
    for number in range(STRAINED_FAILURES):
        assert limits.take(LoginTry(f"more-{number}", f"more-{number}", "203.0.113.1", None, NOW)) == 0
    with pytest.raises(TooManyTries) as refusal:
        attempt(user.student_no, "123456")
    assert refusal.value.retry_after == 60
    assert attempt(user.student_no, "123456", address="203.0.113.2") is not None
    assert attempt(user.student_no, "123456", device=KnownDevice(user.id, "mine")) is not None
    assert attempt(user.student_no, "123456", now=NOW + timedelta(seconds=61)) is not None


def test_failures_of_a_strained_address_do_not_bury_the_log(
    attempt: Try, school: SchoolInfo, limits_of: Callable[[SchoolInfo], RedisLoginLimits]
) -> None:
    for number in range(STRAINED_ACCOUNTS):
        limits_of(school).note_failure(LoginTry(str(number), f"user-{-number}", "203.0.113.1", None, NOW))
    assert attempt("nobody", "wrong") is None
    assert audit_of(school, "login.failed") == []


def test_limits_of_schools_do_not_touch(attempt: Try, school: SchoolInfo, other_school: SchoolInfo) -> None:
    for _ in range(FAILURES):
        attempt("nobody", "wrong")
    assert attempt("nobody", "wrong", at=other_school) is None


def test_redis_holds_nothing_that_was_typed(app: Flask, attempt: Try, school: SchoolInfo) -> None:
    attempt("13912345678", "my-secret-password")
    keys = b"\n".join(app.extensions["spoc_redis"].scan_iter(f"spoc:{school.id}:*"))
    assert keys
    assert b"13912345678" not in keys
    assert b"my-secret" not in keys


def test_honest_people_get_in_while_one_address_tries_a_thousand_accounts(
    attempt: Try, school: SchoolInfo, make_user: MakeUser, limits_of: Callable[[SchoolInfo], RedisLoginLimits]
) -> None:
    people, limits = [make_user(school) for _ in range(10)], limits_of(school)
    refused = 0
    for number in range(1000):
        tried = LoginTry(
            str(number), f"user-{-number}", "203.0.113.1", None, NOW + timedelta(seconds=number / 10)
        )
        refused += limits.take(tried) > 0
        limits.note_failure(tried)
        if number % 100 == 99:
            person = people[number // 100]
            assert attempt(person.student_no, "123456", address="203.0.113.2", now=tried.at) is not None
            known = KnownDevice(person.id, "mine")
            assert attempt(person.student_no, "123456", device=known, now=tried.at) is not None
    assert refused > 700
