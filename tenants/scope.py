"""Putting a session into a school, once for its life, and the one audited way to a second school.

Switching the school of a live session leaks through its identity map, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tenants.db import GuardedSession, db

#: The connection's option that remembers what PostgreSQL was told.
_SCHOOL = "spoc_school_id"


class ScopeMissing(RuntimeError):
    """A statement touches a school's table while no school is set."""


class ScopeSwitch(RuntimeError):
    """A session that lives in one school, or already holds rows, was asked to move."""


class CrossSchoolWrite(RuntimeError):
    """A row of another school was about to be written."""


def set_school_setting(connection: Connection, school_id: int | None) -> None:
    """Tell PostgreSQL's row-level security, for this transaction only, which school this is.

    ``SET LOCAL`` and not ``set_config()``: only the former travels to the workers of a distributed database.
    """
    value = "" if school_id is None else str(int(school_id))
    connection.exec_driver_sql(f"SET LOCAL app.school_id = '{value}'")
    connection.execution_options(**{_SCHOOL: school_id})


def school_of(connection: Connection) -> int | None:
    """The school whose rows this connection's transaction may write, or ``None``."""
    school_id = connection.get_execution_options().get(_SCHOOL)
    return school_id if isinstance(school_id, int) else None


def current_school_id(session: Session) -> int | None:
    """The school this session lives in, or ``None``."""
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
    """A new session for one school, closed at exit; what is not committed is rolled back."""
    with GuardedSession(db=db, info={"school_id": school_id}, expire_on_commit=False) as session:
        yield session


@contextmanager
def sibling_scope(session: Session, school_id: int) -> Iterator[Session]:
    """A second session, for another school, inside the first one's transaction.

    The alliance's use cases write a school's rows with it (open a school, license a course): both sides become
    true in one commit, and each session still sees one school only. Callers write the audit row.

    Inside a savepoint of the first session, the second one's rows belong to that savepoint. An error leaves the first
    session in its own school, wherever the caller rolls back to.
    """
    session.flush()
    connection = session.connection()
    info = {"school_id": school_id, "joined_connection": connection}
    set_school_setting(connection, school_id)
    try:
        with GuardedSession(db=db, info=info, expire_on_commit=False) as sibling:
            yield sibling
            sibling.flush()
            # Never ends the first session's transaction. It ends the savepoint that SQLAlchemy opens for a session
            # that joins a savepoint; closing the session without it would take back what was written, silently.
            sibling.commit()
    except BaseException:
        if connection.in_transaction():
            # After a refused statement PostgreSQL accepts nothing until the caller rolls back, which brings the
            # setting back as well; the caller must see the first error and not this one.
            with suppress(DBAPIError):
                set_school_setting(connection, current_school_id(session))
        raise
    set_school_setting(connection, current_school_id(session))
