"""The settings that a school decides itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import Invalid, NotAllowed
from app.rules.permissions import Role
from app.services.schools.settings import RANDOM, RULE, change_first_passwords, change_settings, get_settings
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.services.auth.test_login import audit_of

MakeCtx = Callable[..., Context]


def decided(ctx: Context) -> tuple[str, int, str | None]:
    """The school's settings as plain values."""
    settings = get_settings(ctx)
    return settings.initial_password, settings.slip_days, settings.mail_sender


def test_a_school_that_decided_nothing_follows_the_manual(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    assert decided(make_ctx(school)) == (RULE, 30, None)


def test_an_administrator_decides_and_the_log_says_what_was_before(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=RANDOM, slip_days=14)
        change_settings(ctx, mail_sender=" 教务处 ", help_contact=" 教务处  010-1 ")
    with unit_of_work(make_ctx(school)) as ctx:
        assert change_first_passwords(ctx, initial_password=RANDOM, slip_days=7).slip_days == 7
        assert change_settings(ctx, mail_sender="", help_contact=None).mail_sender is None
    assert decided(make_ctx(school)) == (RANDOM, 7, None)
    assert decided(make_ctx(other_school)) == (RULE, 30, None)
    entries = sorted(audit_of(school, "settings.changed"), key=lambda entry: entry.id)
    assert [entry.data["old"] for entry in entries] == [
        {"initial_password": RULE, "slip_days": 30},
        {"mail_sender": None, "help_contact": None},
        {"initial_password": RANDOM, "slip_days": 14},
        {"mail_sender": "教务处", "help_contact": "教务处 010-1"},
    ]


def test_deciding_the_same_again_writes_no_audit_row(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        change_first_passwords(ctx, initial_password=RULE, slip_days=30)
        change_settings(ctx, mail_sender=None, help_contact=None)
    assert audit_of(school, "settings.changed") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("initial_password", "none"),
        ("slip_days", 0),
        ("slip_days", 366),
        ("mail_sender", "长" * 65),
        ("help_contact", "长" * 201),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    make_ctx: MakeCtx, school: SchoolInfo, field: str, value: object
) -> None:
    passwords = {"initial_password": RULE, "slip_days": 30}
    names = {"mail_sender": None, "help_contact": None}
    with pytest.raises(Invalid) as refusal, unit_of_work(make_ctx(school)) as ctx:
        if field in passwords:
            change_first_passwords(ctx, **passwords | {field: value})
        else:
            change_settings(ctx, **names | {field: value})
    assert refusal.value.field == field


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.SECRETARY, Role.SYSTEM, Role.VISITOR])
def test_only_administrators_decide_how_first_passwords_are_made(
    make_ctx: MakeCtx, school: SchoolInfo, role: Role
) -> None:
    with pytest.raises(NotAllowed), unit_of_work(make_ctx(school, role)) as ctx:
        change_first_passwords(ctx, initial_password=RANDOM, slip_days=30)


@pytest.mark.parametrize("role", [Role.STUDENT, Role.TEACHER, Role.SECRETARY, Role.SYSTEM])
def test_only_administrators_and_visitors_change_the_rest(
    make_ctx: MakeCtx, school: SchoolInfo, role: Role
) -> None:
    with pytest.raises(NotAllowed), unit_of_work(make_ctx(school, role)) as ctx:
        change_settings(ctx, mail_sender="教务处", help_contact=None)
    with unit_of_work(make_ctx(school, Role.VISITOR)) as ctx:
        change_settings(ctx, mail_sender="教务处", help_contact=None)
    assert decided(make_ctx(school)) == (RULE, 30, "教务处")
