"""The school of a session, fixed for its whole life, and the only way to write to a second school.

Changing the school of a live session would leak rows through its identity map, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenants.db import GuardedSession, db

#: The option of a connection that holds the school set for row-level security.
_SCHOOL = "spoc_school_id"


class ScopeMissing(RuntimeError):
    """Raised when a statement uses a scoped table while the session has no school."""


class ScopeSwitch(RuntimeError):
    """Raised when a session that has a school or holds rows is given another school."""


class CrossSchoolWrite(RuntimeError):
    """Raised when a row of another school is about to be written."""


def set_school_setting(connection: Connection, school_id: int | None) -> None:
    """Set the school for PostgreSQL's row-level security, for the current transaction only.

    It uses ``SET LOCAL`` because ``set_config()`` does not reach the workers of a distributed database.
    """
    value = "" if school_id is None else str(int(school_id))
    connection.exec_driver_sql(f"SET LOCAL app.school_id = '{value}'")
    connection.execution_options(**{_SCHOOL: school_id})


def school_of(connection: Connection) -> int | None:
    """Return the id of the school whose rows the connection's transaction may write, or ``None``."""
    school_id = connection.get_execution_options().get(_SCHOOL)
    return school_id if isinstance(school_id, int) else None


def current_school_id(session: Session) -> int | None:
    """Return the id of the session's school, or ``None``."""
    value = session.info.get("school_id")
    return value if isinstance(value, int) else None


def enter_school(session: Session, school_id: int) -> None:
    """Bind an empty session to a school for the rest of its life.

    Raises:
        ScopeSwitch: the session is bound to another school or already holds rows.
    """
    bound = current_school_id(session)
    if bound == school_id:
        return
    if bound is not None or session.identity_map or session.new or session.in_transaction():
        raise ScopeSwitch(f"session of school {bound} cannot become one of school {school_id}")
    session.info["school_id"] = school_id


@contextmanager
def school_scope(school_id: int) -> Iterator[Session]:
    """Open a new session for a school; at the end it is closed, and uncommitted changes are rolled back."""
    with GuardedSession(db=db, info={"school_id": school_id}, expire_on_commit=False) as session:
        yield session


@contextmanager
def sibling_scope(session: Session, school_id: int) -> Iterator[Session]:
    """Open a second session, for another school, inside the first one's transaction.

    The alliance's use cases use it to write a school's rows (open a school, license a course): one commit covers both
    sides, and each session still sees only one school. Callers write the audit row.

    Inside a savepoint of the first session, the second one's rows belong to that savepoint. After an error the first
    session is in its own school, wherever the caller rolls back to.
    """
    session.flush()
    connection = session.connection()
    info = {"school_id": school_id, "joined_connection": connection}
    set_school_setting(connection, school_id)
    try:
        with GuardedSession(db=db, info=info, expire_on_commit=False) as sibling:
            yield sibling
            sibling.flush()
            # This never ends the first session's transaction, only the savepoint that SQLAlchemy opens for a session
            # that joins a savepoint. Closing the session without it would silently roll back its changes.
            sibling.commit()
    except BaseException:
        if connection.in_transaction():
            # After a failed statement PostgreSQL accepts nothing until the caller rolls back, which also restores the
            # setting; the caller must see the first error, not this one.
            with suppress(DBAPIError):
                set_school_setting(connection, current_school_id(session))
        raise
    set_school_setting(connection, current_school_id(session))
