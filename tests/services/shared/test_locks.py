"""The order of locks: refused orders, the rows that each lock holds, and that every act follows the order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg.errors import LockNotAvailable
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from app.context import Context
from app.models import SchoolClass, User
from app.models.audit import AuditEntry
from app.rules.permissions import Role
from app.services.shared.locks import ROW_ORDER, Hold, Lock, LockOrderError, locking, school_lock
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.busy_school import BusySchool
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]
_ROW_LOCK = re.compile(r"FOR (?:UPDATE|NO KEY UPDATE|SHARE|KEY SHARE) OF (\w+)( SKIP LOCKED)?$")
_PLACES = {model.__tablename__: place for place, model in enumerate(ROW_ORDER)}


def test_a_lock_that_comes_before_one_that_is_held_is_refused(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    ctx = make_ctx(school)
    school_lock(ctx, Lock.QUOTAS)
    school_lock(ctx, Lock.CLASS_NAMES)
    school_lock(ctx, Lock.QUOTAS)
    with pytest.raises(LockOrderError, match="administrators is taken after class_numbers"):
        school_lock(ctx, Lock.ADMINISTRATORS)


def test_the_order_holds_across_the_schools_of_one_transaction(
    make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        with ctx.within(school) as inner:
            school_lock(inner, Lock.CLASS_NAMES)
        with ctx.within(other_school) as inner:
            school_lock(inner, Lock.CLASS_NAMES)
        with ctx.within(school) as inner, pytest.raises(LockOrderError):
            school_lock(inner, Lock.QUOTAS)


def test_a_new_transaction_begins_with_no_locks(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    ctx = make_ctx(school)
    for _ in range(2):
        with unit_of_work(ctx):
            school_lock(ctx, Lock.ROSTER)
            school_lock(ctx, Lock.LICENCES)


def test_a_school_waits_for_itself_and_not_for_another(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    holder, same, other = make_ctx(school), make_ctx(school), make_ctx(other_school)
    school_lock(holder, Lock.QUOTAS)
    for ctx in (same, other):
        ctx.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
    school_lock(other, Lock.QUOTAS)
    school_lock(same, Lock.CLASS_NAMES)
    same.session.rollback()
    same.session.execute(text("SET LOCAL lock_timeout = '50ms'"))
    with pytest.raises(OperationalError) as refused:
        school_lock(same, Lock.QUOTAS)
    assert isinstance(refused.value.orig, LockNotAvailable)


@pytest.mark.parametrize(
    ("held", "excluded"),
    [
        (Hold.KEEP, {Hold.REPLACE}),
        (Hold.READ, {Hold.WRITE, Hold.REPLACE}),
        (Hold.WRITE, {Hold.READ, Hold.WRITE, Hold.REPLACE}),
        (Hold.REPLACE, set(Hold)),
    ],
)
def test_what_a_hold_excludes(make_ctx: MakeCtx, school: SchoolInfo, held: Hold, excluded: set[Hold]) -> None:
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    wanted = select(SchoolClass.id).where(SchoolClass.id == class_id)
    holder, other = make_ctx(school), make_ctx(school)
    holder.session.execute(locking(wanted, SchoolClass, held))
    passed_over = {
        hold
        for hold in Hold
        if other.session.scalar(locking(wanted, SchoolClass, hold, skip_locked=True)) is None
    }
    assert passed_over == excluded


def test_a_table_without_a_place_is_refused() -> None:
    with pytest.raises(LookupError, match="AuditEntry"):
        locking(select(AuditEntry), AuditEntry, Hold.WRITE)


def test_rows_come_by_id_whatever_the_query_wanted() -> None:
    held = str(locking(select(User.id).order_by(User.real_name), User, Hold.WRITE))
    assert held.count("ORDER BY") == 1
    assert "ORDER BY users.school_id, users.id" in held


def test_every_act_takes_its_locks_in_the_order(busy: BusySchool) -> None:
    wrong = {}
    for name, act in busy.acts.items():
        ctx = act.ctx()
        with locks_taken() as taken:
            act.do(ctx)
            ctx.session.flush()
        ctx.session.rollback()
        if taken != sorted(taken):
            wrong[name] = taken
    assert wrong == {}


@contextmanager
def locks_taken() -> Iterator[list[int]]:
    """The places of the locks that are taken meanwhile; an advisory one counts once, and as -1."""
    taken: list[int] = []
    advisory = set()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        row = _ROW_LOCK.search(statement)
        if row is not None and not row[2]:
            taken.append(_PLACES[row[1]])
        elif "pg_advisory_xact_lock" in statement and parameters["hashtext_1"] not in advisory:
            advisory.add(parameters["hashtext_1"])
            taken.append(-1)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield taken
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
