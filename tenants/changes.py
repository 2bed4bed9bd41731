"""What a transaction wrote, told to those who keep copies of it once it is there for everybody.

Only what goes through the ORM's sessions is seen, which is everything that the conventions allow outside two named
modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import event, inspect
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from tenants.after_commit import failing_quietly
from tenants.db import GuardedSession
from tenants.scope import current_school_id


@dataclass(frozen=True, slots=True)
class Written:
    """Rows of a table that a school's session wrote.

    Args:
        school_id: the school of the session.
        table: the table's name.
        columns: names of the changed columns; ``None``: rows came, went or were changed in one statement.
    """

    school_id: int | None
    table: str
    columns: frozenset[str] | None


_listeners: list[Callable[[frozenset[Written]], None]] = []


def on_written(listener: Callable[[frozenset[Written]], None]) -> None:
    """Have ``listener`` called after every commit that wrote something; its errors are logged and fail nobody."""
    _listeners.append(listener)


@event.listens_for(GuardedSession, "after_flush")
def _note_rows(session: Session, _context: UOWTransaction) -> None:
    for row in (*session.new, *session.deleted):
        _note(session, cast(Any, row).__tablename__, None)
    for row in session.dirty:
        state = inspect(row)
        changed = frozenset(one.key for one in state.attrs if one.history.has_changes())
        if changed:
            _note(session, cast(Any, row).__tablename__, changed)


@event.listens_for(GuardedSession, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _note(state.session, cast(Any, state.statement).table.name, None)


def _note(session: Session, table: str, columns: frozenset[str] | None) -> None:
    session.info.setdefault("written", set()).add(Written(current_school_id(session), table, columns))


@event.listens_for(GuardedSession, "after_commit")
def _keep(session: Session) -> None:
    # The end of a savepoint is told here, too: what was written so far is not there for others yet.
    if not session.in_nested_transaction():
        session.info["committed"] = session.info.pop("written", set())


@event.listens_for(GuardedSession, "after_transaction_end")
def _tell(session: Session, transaction: SessionTransaction) -> None:
    # Not in ``after_commit``: the session still holds its connection there, and a listener may need one. With as many
    # commits at once as the pool has connections, all would wait for each other.
    written = frozenset(session.info.pop("committed", ())) if transaction.parent is None else frozenset()
    if written:
        for listener in _listeners:
            with failing_quietly("%s did not hear what was written", listener.__qualname__):
                listener(written)


@event.listens_for(GuardedSession, "after_rollback")
def _forget(session: Session) -> None:
    # What was written before a savepoint stands when that is taken back.
    if not session.in_nested_transaction():
        session.info.pop("written", None)
