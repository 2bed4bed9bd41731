"""The third wall between schools: three listeners on every session.

They add the school's criterion to reads, refuse statements without a school, and refuse to flush another school's row.
Statements that bypass the ORM (text, Core, bulk) meet the fourth wall, row-level security (``tenants.rls``).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria
from sqlalchemy.sql import visitors

from tenants.db import Base, GuardedSession, SchoolScoped
from tenants.scope import CrossSchoolWrite, ScopeMissing, current_school_id, set_school_setting


def scoped_table_names() -> frozenset[str]:
    """Return the names of all tables with rows of schools."""
    return frozenset(
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, SchoolScoped) and isinstance(mapper.local_table, Table)
    )


def _refuse_unscoped(statement: Any) -> None:
    # checking only the statement's mappers would let count queries, CTEs, unions and subqueries through
    scoped = scoped_table_names()
    for element in visitors.iterate(statement):
        if isinstance(element, Table) and element.name in scoped:
            raise ScopeMissing(f"no school is set, but the statement reads or writes {element.name}")


@event.listens_for(GuardedSession, "do_orm_execute")
def _add_criterion(state: ORMExecuteState) -> None:
    school_id = current_school_id(state.session)
    if school_id is None:
        _refuse_unscoped(state.statement)
        return
    if state.is_column_load:
        # this refreshes a row that the session already holds
        return
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(
            with_loader_criteria(
                SchoolScoped,
                lambda cls: cls.visible_to(school_id),
                include_aliases=True,
                track_closure_variables=True,
            )
        )


@event.listens_for(GuardedSession, "before_flush")
def _refuse_other_schools(session: Session, _context: UOWTransaction, _instances: Any) -> None:
    school_id = current_school_id(session)
    for row in (*session.new, *session.dirty, *session.deleted):
        if not isinstance(row, SchoolScoped):
            continue
        if school_id is None:
            raise ScopeMissing(f"no school is set, but a {type(row).__name__} is about to be written")
        if row.writer_column == "school_id" and row in session.new and row.__dict__.get("school_id") is None:
            row.school_id = school_id
        if getattr(row, row.writer_column) != school_id:
            raise CrossSchoolWrite(f"a {type(row).__name__} of another school is about to be written")


@event.listens_for(GuardedSession, "after_begin")
def _set_school(session: Session, _transaction: Any, connection: Connection) -> None:
    school_id = current_school_id(session)
    if school_id is not None:
        set_school_setting(connection, school_id)
