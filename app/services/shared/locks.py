"""The locks that acts take, and the one order in which they take them.

Two acts never wait for each other when both take what they need in the same order:

1. **Advisory locks**, in the order of ``Lock``.
2. **Rows**, table by table in the order of ``ROW_ORDER``, and the rows of one table by id. Parents stand before their
   children, because an insert takes ``FOR KEY SHARE`` on every parent through its foreign keys: an act that writes
   children of a row and holds that row, too, holds it first and as strongly as it will need it.

Two more locks wait for nobody, so they need no place in this order: an import's own lock, which is only tried
(``app.services.imports.shared.lease``), and rows that are passed over while somebody else holds them (``skip_locked``).

An act of the alliance that works within several schools goes through them by id.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, func, inspect, select

from app.context import Context
from app.models import (
    Announcement,
    ChangeRequest,
    ClassCourse,
    Course,
    CourseOffering,
    CourseRecommendation,
    CourseVersionOutbox,
    LicenceImport,
    Mail,
    Notice,
    RosterImport,
    School,
    SchoolClass,
    SupportVisit,
    User,
)


class Lock(StrEnum):
    """Advisory locks of a school, held until the transaction ends, in the order in which they are taken.

    The values go into PostgreSQL's keys, so processes of two releases that run side by side must agree on them.
    """

    #: Writing the people of a roster, taking an import back, or deleting graduates: one at a time.
    ROSTER = "roster_write"
    #: Counting accounts or own courses and adding some, where the alliance sets a limit.
    QUOTAS = "quotas"
    #: Letting accounts cease to be active administrators, of whom one must be left.
    ADMINISTRATORS = "administrators"
    #: Creating or renaming classes: their numbers, and their names within an entry year.
    CLASS_NAMES = "class_numbers"
    #: Giving out login names.
    LOGIN_NAMES = "login_names"
    #: Writing licences; the alliance's.
    LICENCES = "licences"
    #: Chaining the audit rows of the school.
    AUDIT = "audit"


class Hold(Enum):
    """How strongly an act holds rows, the weakest first; PostgreSQL's four row locks."""

    #: ``FOR KEY SHARE``: the row stays, and so do its keys. Excludes ``REPLACE`` only.
    KEEP = (True, True)
    #: ``FOR SHARE``: the row stays as it is. Excludes ``WRITE`` and ``REPLACE``.
    READ = (True, False)
    #: ``FOR NO KEY UPDATE``: to change columns. Rows that refer to this one are written beside it.
    WRITE = (False, True)
    #: ``FOR UPDATE``: to delete the row, or to change a column of a unique constraint.
    REPLACE = (False, False)

    def __init__(self, read: bool, key_share: bool) -> None:
        self.read = read
        self.key_share = key_share


#: The tables whose rows are held, in the order in which acts take them.
ROW_ORDER: tuple[type[Any], ...] = (
    School,
    RosterImport,
    LicenceImport,
    Course,
    CourseRecommendation,
    SchoolClass,
    CourseOffering,
    ClassCourse,
    User,
    ChangeRequest,
    # Held by acts that hold nothing else.
    Announcement,
    SupportVisit,
    CourseVersionOutbox,
    Notice,
    Mail,
)

_PLACES = {lock: place for place, lock in enumerate(Lock)}
_INFO = "spoc_locks"
_Rows = TypeVar("_Rows", bound="Select[*tuple[Any, ...]]")


class LockOrderError(RuntimeError):
    """An act takes an advisory lock after one that comes later: a mistake in the program, not of a person."""


def school_lock(ctx: Context, lock: Lock) -> None:
    """Take an advisory lock of the school of ``ctx`` until the transaction ends; wait for whoever holds it.

    A lock that this transaction holds already may be taken again.

    Raises:
        LockOrderError: the transaction holds a lock that comes after this one.
    """
    wanted = (_PLACES[lock], ctx.school.id)
    held = _held_in(ctx.session.connection())
    if wanted not in held and any(one > wanted for one in held):
        last = list(Lock)[max(held)[0]]
        raise LockOrderError(f"{lock} is taken after {last}")
    key = func.pg_advisory_xact_lock(func.hashtext(lock.value), ctx.school.id % 2**31)
    ctx.session.execute(select(key))
    held.add(wanted)


def locking(rows: _Rows, model: type[Any], hold: Hold, *, skip_locked: bool = False) -> _Rows:
    """A query that holds the rows it finds until the transaction ends, and reads them anew.

    The rows come, and are taken, by id, whatever order the query had.

    Args:
        rows: a query of rows of ``model``, alone or joined with others, which are not held.
        model: one of ``ROW_ORDER``.
        hold: how strongly.
        skip_locked: pass over rows that somebody else holds, instead of waiting.
    """
    if model not in ROW_ORDER:
        raise LookupError(f"{model.__name__} has no place in the order of locks")
    # A session sees the rows of one school, so the rest of the key is an order.
    ordered = rows.order_by(None).order_by(*inspect(model).primary_key)
    held = ordered.with_for_update(
        of=model, read=hold.read, key_share=hold.key_share, skip_locked=skip_locked
    )
    return held.execution_options(populate_existing=True)


def _held_in(connection: Connection) -> set[tuple[int, int]]:
    """The locks that this transaction has taken, as places in the order and schools.

    They are remembered beside the connection and not the session: an act that works within a second school has a second
    session in the same transaction. What a savepoint took and gave back still counts: that refuses more, never less.
    """
    transaction = connection.get_transaction()
    known = connection.info.get(_INFO)
    if known is None or known[0] is not transaction:
        known = connection.info[_INFO] = (transaction, set())
    held: set[tuple[int, int]] = known[1]
    return held
