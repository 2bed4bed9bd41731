"""Concurrent acts on real rows: no two of them deadlock (``app.services.shared.locks``)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import pytest
from psycopg.errors import DeadlockDetected
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from config import with_driver
from tenants.db import db
from tests.support.busy_school import Act, BusySchool
from tests.support.lockstep import Gate, in_lockstep
from tests.support.servers import TestDatabase

#: One act is at most so many statements ahead of the other.
LONGEST_LEAD = 12
#: The pairs of acts are tried in so many tests.
PARTS = 4
#: Acts that hold rows of several tables, or many of one.
MANY_ROWS = (
    "print slips",
    "reset passwords",
    "add an account",
    "move a student",
    "approve requests",
    "delete graduates",
    "undo an import",
    "associate",
    "move a class",
    "edit a class",
    "select courses",
    "select classes",
    "undo a selection",
    "register later joiners",
    "register",
    "withdraw",
    "add students",
    "remove students",
    "schedule an own course",
    "offer an own course again",
    "drop a term",
    "review",
    "take off",
    "tend licences",
    "extend licences",
)


@pytest.fixture(autouse=True)
def soon(pg_database: TestDatabase) -> Iterator[None]:
    """PostgreSQL looks for deadlocks after 10 ms instead of a second."""
    engine = create_engine(with_driver(pg_database.admin_url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET deadlock_timeout = '10ms'"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM RESET deadlock_timeout"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def taken_back(act: Act) -> Callable[[], None]:
    """Do an act up to its commit, and take it back: the next pair finds the school as it was."""
    ctx = act.ctx()

    def run() -> None:
        try:
            act.do(ctx)
            ctx.session.flush()
        finally:
            ctx.session.rollback()
            ctx.session.close()

    return run


def beside_each_other(busy: BusySchool, first: str, second: str, leads: Sequence[int]) -> list[str]:
    """The deadlocks of two acts, also where they are stopped half-way through the students; other errors are raised."""
    found = []
    for lead in (*leads, None):
        acts = [taken_back(busy.acts[name]) for name in (first, second)]
        gate = Gate(db.engine, busy.school.id, busy.gate) if lead is None else None
        with in_lockstep(db.engine, lead or 0) as pace:
            raised = pace.run(acts, gate)
        for error in raised:
            if isinstance(error, DBAPIError) and isinstance(error.orig, DeadlockDetected):
                found.append(f"{first} + {second}, {'at the gate' if lead is None else f'{lead} ahead'}")
            elif error is not None:
                raise error
    return found


def test_every_act_finds_something_to_do(busy: BusySchool) -> None:
    for name, act in busy.acts.items():
        try:
            taken_back(act)()
        except Exception as error:
            raise AssertionError(name) from error


NAMED = {
    "slips in class order, resets by id": ("print slips", "reset passwords"),
    "the last two terms, dropped by two": ("drop a term", "drop the other term"),
    "a student is moved while he registers": ("move a student", "register"),
    "a student is moved while a class registers": ("move a student", "select classes"),
    "an own course is offered again beside its review": ("offer an own course again", "review"),
    "requests are approved in their order beside 关联": ("approve requests", "associate"),
    "a class is registered in the order of 学号 while a roster is taken back": (
        "select courses",
        "undo an import",
    ),
}


@pytest.mark.parametrize("pair", NAMED.values(), ids=NAMED)
def test_named_pairs_at_every_distance(busy: BusySchool, pair: tuple[str, str]) -> None:
    first, second = pair
    leads = range(LONGEST_LEAD)
    found = beside_each_other(busy, first, second, leads) + beside_each_other(busy, second, first, leads[1:])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("part", range(PARTS))
def test_acts_that_hold_many_rows_beside_each_other(busy: BusySchool, part: int) -> None:
    pairs = list(itertools.combinations_with_replacement(MANY_ROWS, 2))
    found = [
        one
        for number, (first, second) in enumerate(pairs)
        if number % PARTS == part
        for one in beside_each_other(busy, first, second, [number // PARTS % LONGEST_LEAD])
    ]
    assert not found, "\n".join(found)
