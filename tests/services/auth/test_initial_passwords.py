"""First passwords: the rule of the school, and slips while they are valid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.context import Context
from app.models import User
from app.services.auth.initial_passwords import SLIP_GRACE
from app.services.auth.login import Account
from app.services.auth.slips import SlipChoice
from app.services.schools.settings import RANDOM, RULE
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.accounts import seal_into
from tests.support.app import NOW
from tests.support.rows import audit_of, row_of
from tests.support.slips import choose_first_passwords, handed_out

Try = Callable[..., Account | None]
MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]


def test_where_passwords_are_random_the_rule_opens_nothing(
    attempt: Try, make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    plain, with_id = make_user(school), make_user(school)
    seal_into(school, with_id, id_number="11010519491231002X")
    choose_first_passwords(make_ctx, school, RANDOM)
    for _ in range(2):
        assert attempt(plain.student_no, "123456") is None
        assert attempt(with_id.student_no, "31002X") is None
        handed_out(make_ctx, school)
    choose_first_passwords(make_ctx, school, RULE)
    assert attempt(plain.student_no, "123456") is not None
    assert attempt(with_id.student_no, "31002x") is not None


def test_a_slip_opens_the_account_however_it_is_typed_and_forces_an_own_password(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school, must_change_password=False)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    for typed in (
        password,
        password.lower(),
        password.replace("-", ""),
        f" {password.replace('-', ' － ')} ",
    ):
        account = attempt(user.student_no, typed)
        assert account is not None, typed
        assert account.must_change_password


@pytest.mark.parametrize("wrong", ["", "-", "7KQM-X2HV-9RTA", "123456"])
def test_anything_else_does_not(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser, wrong: str
) -> None:
    user, without = make_user(random_school), make_user(random_school)
    handed_out(make_ctx, random_school, SlipChoice(user_ids=(user.id,)))
    assert attempt(user.student_no, wrong) is None
    assert attempt(without.student_no, wrong) is None


def test_one_persons_slip_opens_nobody_elses_account(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    mine, yours = make_user(random_school), make_user(random_school)
    passwords = handed_out(make_ctx, random_school)
    assert attempt(yours.student_no, passwords[mine.student_no or ""]) is None
    with school_scope(random_school.id) as session:
        # Not even when the stored digest is copied to the other's row.
        copied = {"slip_digest": row_of(random_school, mine).slip_digest}
        session.execute(update(User).where(User.id == yours.id).values(copied))
        session.commit()
    assert attempt(yours.student_no, passwords[mine.student_no or ""]) is None


def test_what_is_stored_tells_no_password(
    make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    row = row_of(random_school, user)
    assert row.password_hash is None
    assert row.slip_digest is not None
    assert len(row.slip_digest) == 32
    (entry,) = audit_of(random_school, "slips.printed")
    for part in password.split("-"):
        assert part not in str(entry.data)
        assert part.encode() not in row.slip_digest
    assert entry.data == {"count": 1, "good_until": "2026-10-10", "user_ids": [user.id]}


def test_a_slip_is_good_through_its_last_day_at_the_school(
    attempt: Try, make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    choose_first_passwords(make_ctx, school, RANDOM, days=1)
    user = make_user(school)
    password = handed_out(make_ctx, school)[user.student_no or ""]
    # 2026-09-10 at the school; the slip's last day is the 11th, which ends at 16:00 UTC.
    last = NOW.replace(day=11, hour=16)
    assert row_of(school, user).slip_until == last
    assert attempt(user.student_no, password, now=last) is None
    assert attempt(user.student_no, password, now=last - timedelta(seconds=1)) is not None


def test_a_used_slip_leaves_half_an_hour_for_an_own_password(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    assert attempt(user.student_no, password) is not None
    assert attempt(user.student_no, password, now=NOW + SLIP_GRACE / 2) is not None
    # Using it again buys no more time.
    assert attempt(user.student_no, password, now=NOW + SLIP_GRACE) is None


def test_back_under_the_rule_good_slips_go_on_and_nobody_is_stuck(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    choose_first_passwords(make_ctx, random_school, RULE)
    assert attempt(user.student_no, password) is not None
    late = NOW + timedelta(days=60)
    assert attempt(user.student_no, password, now=late) is None
    assert attempt(user.student_no, "123456", now=late) is not None


def test_a_disabled_accounts_slip_opens_nothing(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    with school_scope(random_school.id) as session:
        session.execute(update(User).where(User.id == user.id).values(status="disabled"))
        session.commit()
    assert attempt(user.student_no, password) is None
