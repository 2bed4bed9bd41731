"""Limits of the login: what failures cost whom, and whom they must not touch."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from app.errors import TooManyTries
from app.rules.login import FAILURES, LIFETIME_FAILURES, STRAINED_ACCOUNTS, STRAINED_FAILURES
from app.services.login import KnownDevice
from app.services.login_limits import LoginTry
from app.services.passwords import hash_password
from app.web.login_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.logins import ID, MakeUser, Try, audit_of, row_of, seal_into


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
