"""The locks that services take, and the single order in which they take them.

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

    #: Held while the people of a roster are written, an import is undone, or graduates are deleted: one at a time.
    ROSTER = "roster_write"
    #: Held while accounts or own courses are counted and added, where the alliance sets a limit.
    QUOTAS = "quotas"
    #: Held while accounts lose administrator rights or are disabled: one active administrator must remain.
    ADMINISTRATORS = "administrators"
    #: Held while classes are created or renamed: their numbers, and their names within an entry year.
    CLASS_NAMES = "class_numbers"
    #: Held while login names are assigned.
    LOGIN_NAMES = "login_names"
    #: Held while licences are written; a lock of the alliance.
    LICENCES = "licences"
    #: Held while the audit rows of the school are chained.
    AUDIT = "audit"


class Hold(Enum):
    """How strongly an act holds rows, the weakest first; PostgreSQL's four row locks."""

    #: ``FOR KEY SHARE``: the row stays, and so do its keys. Excludes ``REPLACE`` only.
    KEEP = (True, True)
    #: ``FOR SHARE``: the row does not change. Excludes ``WRITE`` and ``REPLACE``.
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
    # Held by services that hold nothing else.
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
    """An advisory lock is taken after one that comes later in the order: a mistake in the program, not of a person."""


def school_lock(ctx: Context, lock: Lock) -> None:
    """Take an advisory lock of the school of ``ctx`` until the transaction ends; wait while it is taken.

    A lock that this transaction holds already may be taken again.

    Raises:
        LockOrderError: the transaction holds a lock that comes after this one.
    """
    place = (_PLACES[lock], ctx.school.id)
    taken = _held_in(ctx.session.connection())
    if place not in taken and any(other > place for other in taken):
        last = list(Lock)[max(taken)[0]]
        raise LockOrderError(f"{lock} is taken after {last}")
    key = func.pg_advisory_xact_lock(func.hashtext(lock.value), ctx.school.id % 2**31)
    ctx.session.execute(select(key))
    taken.add(place)


def locking(rows: _Rows, model: type[Any], hold: Hold, *, skip_locked: bool = False) -> _Rows:
    """Return a query that locks the rows it finds until the transaction ends, and reads them anew.

    The rows are locked and returned by id, whatever order the query had.

    Args:
        rows: a query of rows of ``model``, alone or joined with others, which are not held.
        model: one of ``ROW_ORDER``.
        hold: how strongly.
        skip_locked: skip rows that another transaction holds, instead of waiting.
    """
    if model not in ROW_ORDER:
        raise LookupError(f"{model.__name__} has no place in the order of locks")
    # A session sees the rows of one school, so the rest of the key is an order.
    ordered = rows.order_by(None).order_by(*inspect(model).primary_key)
    locked = ordered.with_for_update(
        of=model, read=hold.read, key_share=hold.key_share, skip_locked=skip_locked
    )
    return locked.execution_options(populate_existing=True)


def _held_in(connection: Connection) -> set[tuple[int, int]]:
    """Return the locks that this transaction has taken, as places in the order and schools.

    They are remembered beside the connection and not the session: an act that works within a second school has a second
    session in the same transaction. What a savepoint took and gave back still counts: that refuses more, never less.
    """
    transaction = connection.get_transaction()
    remembered = connection.info.get(_INFO)
    if remembered is None or remembered[0] is not transaction:
        remembered = connection.info[_INFO] = (transaction, set())
    places: set[tuple[int, int]] = remembered[1]
    return places
