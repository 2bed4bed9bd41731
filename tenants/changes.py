"""The changes of a transaction, reported after its commit to listeners that hold copies of rows.

Every statement that a session sends to the database is read (``tenants.sql_changes``), however it was created.
A connection outside sessions has no school, so row-level security does not let it write rows of schools.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.orm import Session, SessionTransaction

from tenants.after_commit import failing_quietly
from tenants.db import Base, GuardedSession
from tenants.scope import school_of
from tenants.sql_changes import changes_of


@dataclass(frozen=True, slots=True)
class Change:
    """A change of rows in a table by a school's session.

    Args:
        school_id: the school whose rows the session could write at that moment.
        table: the table's name.
        columns: the columns that were set; ``None``: any of them, because rows were inserted or deleted.
    """

    school_id: int | None
    table: str
    columns: frozenset[str] | None

    def touches(self, columns: Collection[str]) -> bool:
        """Return whether one of the columns may have changed."""
        return self.columns is None or not self.columns.isdisjoint(columns)


_listeners: list[Callable[[frozenset[Change]], None]] = []

#: The option of a connection that holds the changes of its transaction.
_CHANGES = "spoc_changes"


def on_changes(listener: Callable[[frozenset[Change]], None]) -> None:
    """Call ``listener`` after every commit with changes; its errors are logged and have no other effect."""
    _listeners.append(listener)


@event.listens_for(GuardedSession, "after_begin")
def _record_changes(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    # a sibling writes on the first session's connection, which already records changes
    if "joined_connection" not in session.info:
        connection.execution_options(**{_CHANGES: session.info.setdefault("changes", set())})


@event.listens_for(Engine, "after_cursor_execute")
def _add_changes(
    connection: Connection,
    _cursor: Any,
    statement: str,
    _parameters: Any,
    context: ExecutionContext | None,
    _executemany: bool,
) -> None:
    recorded = connection.get_execution_options().get(_CHANGES)
    if recorded is None:
        return
    # the compiled statement is the same for all lists of values and batches of rows
    compiled = context.compiled if context is not None else None
    for change in changes_of(str(compiled) if compiled is not None else statement):
        school_id = school_of(connection)
        recorded.add(Change(school_id, change.table, change.columns))
        if change.deletes:
            recorded.update(Change(school_id, table, None) for table in _cascade(change.table))


@cache
def _cascade(table: str) -> frozenset[str]:
    """Return the tables whose rows the database deletes or changes when rows of this table are deleted."""
    return frozenset(_dependent(table, set()))


def _dependent(table: str, seen: set[str]) -> Iterator[str]:
    for other in Base.metadata.tables.values():
        if other.name not in seen and any(
            key.ondelete and key.referred_table.name == table for key in other.foreign_key_constraints
        ):
            seen.add(other.name)
            yield other.name
            yield from _dependent(other.name, seen)


@event.listens_for(GuardedSession, "after_commit")
def _hold(session: Session) -> None:
    # the end of a savepoint also leads here, but its changes are not visible to others yet
    if not session.in_nested_transaction():
        session.info["committed"] = session.info.pop("changes", set())


@event.listens_for(GuardedSession, "after_transaction_end")
def _report(session: Session, transaction: SessionTransaction) -> None:
    # not in ``after_commit``, where the session still holds its connection: a listener may need one, and as many
    # simultaneous commits as the pool has connections would wait for each other
    changes = frozenset(session.info.pop("committed", ())) if transaction.parent is None else frozenset()
    if changes:
        for listener in _listeners:
            with failing_quietly("%s did not get the changes", listener.__qualname__):
                listener(changes)


@event.listens_for(GuardedSession, "after_rollback")
def _forget(session: Session) -> None:
    # rolling back a savepoint keeps the changes from before it
    if not session.in_nested_transaction():
        session.info.pop("changes", None)
