"""Logging in as a use case: who is found, which password is right, what is counted and written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from app.context import Context
from app.services.login import find_account, load_account
from app.services.passwords import hash_password
from app.services.sealed import ID_NUMBER, MOBILE
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.logins import ID, MakeUser, Try, audit_of, row_of, seal_into


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


def test_a_session_finds_active_accounts_only(
    make_ctx: Callable[..., Context], school: SchoolInfo, other_school: SchoolInfo, make_user: MakeUser
) -> None:
    user, disabled = make_user(school, "teacher", nickname="王老师"), make_user(school, status="disabled")
    account = load_account(make_ctx(school), user_id=user.id)
    assert account is not None
    assert (account.kind, account.nickname) == ("teacher", "王老师")
    assert load_account(make_ctx(school), user_id=disabled.id) is None
    assert load_account(make_ctx(other_school), user_id=user.id) is None


def test_sealed_columns_have_the_names_that_login_reads() -> None:
    assert (ID_NUMBER, MOBILE) == ("id_number", "mobile")
