"""Credential slips: the accounts that get them, their validity, and that the school's rule opens no such account."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import SchoolClass, User
from app.rules.auth.login_limits import LIFETIME_FAILURES
from app.rules.permissions import Role
from app.services.auth import slips
from app.services.auth.initial_passwords import SLIP_GRACE
from app.services.auth.login import load_account
from app.services.auth.passwords import WeakPassword, change_password
from app.services.auth.slips import SlipChoice, SlipGroup, count_not_activated, preview_slips, print_slips
from app.services.schools.settings import RANDOM, RULE, change_first_passwords
from app.services.shared.password_hashes import hash_password
from app.uow import unit_of_work
from app.web.auth.redis_limits import RedisLoginLimits
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.services.auth.test_login import Try, attempt, audit_of, limits_of, row_of, seal_into
from tests.support.app import NOW, TODAY

__all__ = ["attempt", "limits_of"]

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
GOOD = "correct-horse-battery"
STUDENTS = SlipChoice(group=SlipGroup.STUDENTS)


def choose(make_ctx: MakeCtx, school: SchoolInfo, way: str, days: int = 30) -> None:
    """Set the school's way to first passwords."""
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=way, slip_days=days)


def handed_out(make_ctx: MakeCtx, school: SchoolInfo, choice: SlipChoice = STUDENTS) -> dict[str, str]:
    """Print, and read each login's password."""
    with unit_of_work(make_ctx(school)) as ctx:
        return {
            slip.login: slip.password for sheet in print_slips(ctx, choice=choice) for slip in sheet.slips
        }


def add_class(school: SchoolInfo, name: str, entry_year: int = 2026) -> int:
    """A class of the school."""
    with school_scope(school.id) as session:
        made = SchoolClass(school_id=school.id, number=name, name=name, entry_year=entry_year)
        session.add(made)
        session.commit()
        return made.id


@pytest.fixture
def random_school(make_ctx: MakeCtx, school: SchoolInfo) -> SchoolInfo:
    """The school of the test, where first passwords are random."""
    choose(make_ctx, school, RANDOM)
    return school


def test_where_passwords_are_random_the_rule_opens_nothing(
    attempt: Try, make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    plain, with_id = make_user(school), make_user(school)
    seal_into(school, with_id, id_number="11010519491231002X")
    choose(make_ctx, school, RANDOM)
    for _ in range(2):
        assert attempt(plain.student_no, "123456") is None
        assert attempt(with_id.student_no, "31002X") is None
        handed_out(make_ctx, school)
    choose(make_ctx, school, RULE)
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
    choose(make_ctx, school, RANDOM, days=1)
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


def test_back_under_the_rule_good_slips_go_on_and_nobody_is_stuck(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    choose(make_ctx, random_school, RULE)
    assert attempt(user.student_no, password) is not None
    late = NOW + timedelta(days=60)
    assert attempt(user.student_no, password, now=late) is None
    assert attempt(user.student_no, "123456", now=late) is not None


def test_the_lifetime_cap_holds_through_every_change_of_the_schools_choice(
    attempt: Try, make_ctx: MakeCtx, school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(school)
    for number in range(LIFETIME_FAILURES):
        if number % 5 == 0:
            choose(make_ctx, school, RANDOM if number % 10 else RULE)
        assert attempt(user.student_no, f"{number:06d}", address=f"198.51.100.{number}") is None
    for way in (RULE, RANDOM, RULE):
        choose(make_ctx, school, way)
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
    choose(make_ctx, random_school, RULE)
    assert attempt(user.student_no, "123456", address="203.0.113.8") is None


def test_a_disabled_accounts_slip_opens_nothing(
    attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    user = make_user(random_school)
    password = handed_out(make_ctx, random_school)[user.student_no or ""]
    with school_scope(random_school.id) as session:
        session.execute(update(User).where(User.id == user.id).values(status="disabled"))
        session.commit()
    assert attempt(user.student_no, password) is None


def test_slips_are_printed_for_those_without_an_own_password_only(
    make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    mine = add_class(random_school, "一班")
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
    old, new = add_class(random_school, "二班", 2025), add_class(random_school, "一班")
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
    sheets = print_slips(ctx, choice=STUDENTS)
    assert [(sheet.title, len(sheet.slips)) for sheet in sheets] == [
        ("一班", 2),
        ("二班", 1),
        ("未分班学生", 1),
    ]


def test_two_administrators_at_once_leave_one_good_slip_for_each(
    app: Flask, attempt: Try, make_ctx: MakeCtx, random_school: SchoolInfo, make_user: MakeUser
) -> None:
    users = [make_user(random_school) for _ in range(30)]

    def run(_: int) -> dict[str, str]:
        with app.app_context():
            return handed_out(make_ctx, random_school)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(run, range(2))
    good = [attempt(users[0].student_no, made[users[0].student_no or ""]) for made in (first, second)]
    assert sum(account is not None for account in good) == 1


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.SECRETARY, Role.SYSTEM])
@pytest.mark.parametrize("use_case", [preview_slips, print_slips])
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
        print_slips(make_ctx(school), choice=STUDENTS)
    choose(make_ctx, school, RANDOM)
    with pytest.raises(Conflict, match="没有需要生成的密码条"):
        print_slips(make_ctx(school), choice=STUDENTS)
    users = [make_user(school) for _ in range(3)]
    monkeypatch.setattr(slips, "MOST", 2)
    with pytest.raises(Invalid, match="一次最多生成 2 张"):
        handed_out(make_ctx, school)
    assert row_of(school, users[0]).slip_digest is None


def test_another_schools_class_and_people_get_nothing(
    make_ctx: MakeCtx, random_school: SchoolInfo, other_school: SchoolInfo, make_user: MakeUser
) -> None:
    theirs, stranger = add_class(other_school, "一班"), make_user(other_school)
    with pytest.raises(NotFound):
        print_slips(make_ctx(random_school), choice=SlipChoice(class_id=theirs))
    with pytest.raises(Conflict):
        print_slips(make_ctx(random_school), choice=SlipChoice(user_ids=(stranger.id,)))
    with school_scope(other_school.id) as session:
        assert session.scalars(select(User.slip_digest)).all() == [None]
