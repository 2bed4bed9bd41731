"""Every access path × every scoped table, used by one school to reach another's rows: nothing may cross."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    inspect,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, SAWarning
from sqlalchemy.orm import Session, aliased, make_transient_to_detached
from sqlalchemy.orm.exc import StaleDataError

from tenants.db import GuardedSession, db
from tenants.scope import CrossSchoolWrite, ScopeMissing, school_scope
from tests.support.walls import Neighbours, Rows, without_guard
from tests.support.world import Populated, scoped_models

MODELS = scoped_models()
Pair = tuple[Populated, Populated]


def _key(model: type[Any], values: dict[str, Any]) -> Any:
    condition = True
    for column in inspect(model).primary_key:
        condition = (model.__table__.c[column.name] == values[column.name]) & condition
    return condition


def _give_another_key(model: type[Any], values: dict[str, Any]) -> None:
    last = inspect(model).primary_key[-1].name
    values[last] += timedelta(days=10_000) if isinstance(values[last], date) else 1_000_000


def _from(model: type[Any], other: Populated) -> str:
    return f"FROM {model.__tablename__} WHERE school_id = {other.school.id}"


#: name -> a read that counts the other school's rows it can see (or find).
READS: dict[str, Callable[[Session, type[Any], Populated], int]] = {
    "select": lambda s, m, o: len(s.scalars(select(m).where(m.school_id == o.school.id)).all()),
    "select all": lambda s, m, o: sum(row.school_id == o.school.id for row in s.scalars(select(m))),
    "columns": lambda s, m, o: len(s.execute(select(m.school_id).where(m.school_id == o.school.id)).all()),
    "alias": lambda s, m, o: len(s.scalars(select(a := aliased(m)).where(a.school_id == o.school.id)).all()),
    "get": lambda s, m, o: s.get(m, o.pk(m)) is not None,
    "count": lambda s, m, o: s.scalar(select(func.count()).select_from(m).where(m.school_id == o.school.id)),
    "exists": lambda s, m, o: s.scalar(select(exists().where(m.school_id == o.school.id))),
    "cte": lambda s, m, o: s.scalar(
        select(func.count()).select_from(select(m.school_id).where(m.school_id == o.school.id).cte())
    ),
    "subquery": lambda s, m, o: s.scalar(
        select(func.count()).select_from(select(m.school_id).where(m.school_id == o.school.id).subquery())
    ),
    "union": lambda s, m, o: len(
        s.execute(union_all(*[select(m.school_id).where(m.school_id == o.school.id) for _ in range(2)])).all()
    ),
    "scalar subquery": lambda s, m, o: (
        s.scalar(select(select(func.max(m.school_id)).where(m.school_id == o.school.id).scalar_subquery()))
        or 0
    ),
    "in select": lambda s, m, o: len(
        s.scalars(
            select(m).where(m.school_id.in_(select(m.school_id).where(m.school_id == o.school.id)))
        ).all()
    ),
    "core select": lambda s, m, o: len(
        s.execute(select(m.__table__).where(m.__table__.c.school_id == o.school.id)).all()
    ),
    "text": lambda s, m, o: s.scalar(text(f"SELECT count(*) {_from(m, o)}")),
    "from statement": lambda s, m, o: len(
        s.scalars(select(m).from_statement(text(f"SELECT * {_from(m, o)}"))).all()
    ),
    "connection": lambda s, m, o: (
        s.connection().exec_driver_sql(f"SELECT count(*) {_from(m, o)}").scalar_one()
    ),
    "for update": lambda s, m, o: len(
        s.scalars(select(m).where(m.school_id == o.school.id).with_for_update(read=True)).all()
    ),
}

COPIES: dict[str, Callable[[Session, type[Any], dict[str, Any]], Any]] = {
    "add": lambda s, m, v: (s.add(m(**v)), s.flush()),
    "orm insert": lambda s, m, v: s.execute(insert(m), [v]),
    "core insert": lambda s, m, v: s.execute(insert(m.__table__), [v]),
    "bulk save": lambda s, m, v: s.bulk_save_objects([m(**v)]),
    "bulk insert mappings": lambda s, m, v: s.bulk_insert_mappings(m, [v]),
}


def _free_columns(model: type[Any]) -> list[Column[Any]]:
    """Columns to try a change on: no key's, and without a check that would refuse the new value by itself."""
    table: Table = model.__table__
    taken = {column.name for column in table.primary_key}
    taken |= {column.name for key in table.foreign_key_constraints for column in key.columns}
    checks = " ".join(str(check.sqltext) for check in table.constraints if isinstance(check, CheckConstraint))
    return [column for column in table.columns if column.name not in taken and column.name not in checks]


def _another(value: Any, python_type: type[Any]) -> Any:
    """A value of the column's type that is not the one that is there."""
    if python_type is bool:
        return not value
    if python_type is int:
        return (value or 0) + 1
    if python_type in (date, datetime):
        return (value or datetime(2026, 9, 1, tzinfo=UTC)) + timedelta(days=1)
    return {str: "改", bytes: b"changed", object: {"changed": True}, list: ["changed"]}[python_type]


def _change(model: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    """One column with a value that differs; of a table that is all key, the key's last column."""
    free = _free_columns(model)
    if not free:
        moved = dict(values)
        _give_another_key(model, moved)
        last = inspect(model).primary_key[-1].name
        return {last: moved[last]}
    column = free[0]
    changed = {column.name: _another(values[column.name], column.type.python_type)}
    assert changed[column.name] != values[column.name]
    return changed


def _text_update(session: Session, model: type[Any], other: Populated) -> Any:
    ((name, value),) = _change(model, other.rows[model]).items()
    statement = text(f"UPDATE {model.__tablename__} SET {name} = :value WHERE school_id = {other.school.id}")
    return session.execute(
        statement.bindparams(bindparam("value", value, type_=model.__table__.c[name].type))
    )


def _upsert(session: Session, model: type[Any], values: dict[str, Any], change: dict[str, Any]) -> Any:
    keys = [column.name for column in inspect(model).primary_key]
    statement = postgresql.insert(model.__table__).values(values)
    return session.execute(statement.on_conflict_do_update(index_elements=keys, set_=change))


def _forged(session: Session, model: type[Any], values: dict[str, Any]) -> Any:
    """An object that passes for one that the session loaded."""
    row = model(**values)
    make_transient_to_detached(row)
    session.add(row)
    return row


def _change_forged(
    session: Session, model: type[Any], values: dict[str, Any], change: dict[str, Any]
) -> None:
    row = _forged(session, model, values)
    for name, value in change.items():
        setattr(row, name, value)
    session.flush()


#: name -> a change of one column of the other school's row, which must be named by its key.
CHANGES_BY_KEY: dict[str, Callable[[Session, type[Any], dict[str, Any], dict[str, Any]], Any]] = {
    "bulk update mappings": lambda s, m, v, c: s.bulk_update_mappings(m, [v | c]),
    "orm bulk update": lambda s, m, v, c: s.execute(update(m), [v | c]),
    "merge": lambda s, m, v, c: (s.merge(m(**(v | c))), s.flush()),
    "upsert": _upsert,
    "forged object changed": _change_forged,
}

#: name -> a change or a deletion of the other school's rows.
CHANGES: dict[str, Callable[[Session, type[Any], Populated], Any]] = {
    "orm update": lambda s, m, o: s.execute(
        update(m).where(m.school_id == o.school.id).values(_change(m, o.rows[m]))
    ),
    "core update": lambda s, m, o: s.execute(
        update(m.__table__).where(_key(m, o.rows[m])).values(_change(m, o.rows[m]))
    ),
    "text update": _text_update,
    "orm delete": lambda s, m, o: s.execute(delete(m).where(m.school_id == o.school.id)),
    "core delete": lambda s, m, o: s.execute(delete(m.__table__).where(_key(m, o.rows[m]))),
    "text delete": lambda s, m, o: s.execute(text(f"DELETE {_from(m, o)}")),
    "forged object deleted": lambda s, m, o: (s.delete(_forged(s, m, o.rows[m])), s.flush()),
}

#: How the walls say no: PostgreSQL's policies and grants; the guard has an exception of its own.
_REFUSALS = ("row-level security", "permission denied")


def _reached(place: Neighbours, before: Rows, act: Callable[[Session], Any]) -> str:
    """What an act of one school's session did at the other, which is put back; empty: a wall stopped it.

    A statement that a foreign key or a unique index refuses got past the walls: it tells that the row is there.
    """
    reached = ""
    with school_scope(place.mine.school.id) as session:
        try:
            result = act(session)
            session.commit()
            reached = "rows were found" if getattr(result, "rowcount", 0) > 0 else ""
        except CrossSchoolWrite:
            pass
        except (StaleDataError, SAWarning) as error:  # an update, a deletion of an object that is not there
            reached = "" if "0 were matched" in str(error) else str(error)
        except DBAPIError as error:
            reached = "" if any(words in str(error.orig) for words in _REFUSALS) else str(error.orig)
    after = place.behind.rows(place.other.school.id)
    if after != before:
        reached = f"changed: {[table for table in before if before[table] != after[table]]}"
        place.behind.put_back(place.other.school.id, before)
    return reached


def _seen(mine: Populated, other: Populated, model: type[Any], path: str) -> int:
    """How many of the other school's rows a read of one school's session finds."""
    with school_scope(mine.school.id) as session:
        try:
            return READS[path](session, model, other)
        except DBAPIError as error:
            assert "permission denied" in str(error), (path, model)  # a table that is never updated
            return 0


def _crosses(place: Neighbours, before: Rows, model: type[Any], path: str) -> int | str:
    """What a path reaches at the other school, as a school's session: nothing, unless a wall is missing."""
    other, values = place.other, dict(place.other.rows[model])
    if path in READS:
        return _seen(place.mine, other, model, path)
    if path in COPIES:
        _give_another_key(model, values)
        return _reached(place, before, lambda session: COPIES[path](session, model, values))
    if path in CHANGES:
        return _reached(place, before, lambda session: CHANGES[path](session, model, other))
    change = _change(model, values)
    return _reached(place, before, lambda session: CHANGES_BY_KEY[path](session, model, values, change))


PATHS = (*READS, *COPIES, *CHANGES, *CHANGES_BY_KEY)


def _crossings(place: Neighbours, path: str) -> dict[str, int | str]:
    """What a path reaches in each table; what is all key has nothing that a change by key could change."""
    before = place.behind.rows(place.other.school.id)
    tables = [model for model in MODELS if path not in CHANGES_BY_KEY or _free_columns(model)]
    return {model.__tablename__: _crosses(place, before, model, path) for model in tables}


def test_there_are_at_least_25_paths_and_every_scoped_table_is_tried() -> None:
    assert len(PATHS) >= 25
    assert len(MODELS) >= 30
    assert sum(not _free_columns(model) for model in MODELS) <= 1


@pytest.mark.parametrize("path", PATHS)
def test_no_path_reaches_another_schools_rows(neighbours: Neighbours, path: str) -> None:
    with neighbours.app.app_context():
        crossed = {table: found for table, found in _crossings(neighbours, path).items() if found}
    assert crossed == {}


@pytest.mark.parametrize("path", PATHS)
def test_row_level_security_alone_stops_each_path(neighbours: Neighbours, path: str) -> None:
    with neighbours.app.app_context(), without_guard():
        crossed = {table: found for table, found in _crossings(neighbours, path).items() if found}
    assert crossed == {}


@pytest.mark.parametrize("path", PATHS)
def test_where_the_walls_are_down_each_path_is_found_crossing(open_neighbours: Neighbours, path: str) -> None:
    with open_neighbours.app.app_context(), without_guard():
        missed = [table for table, found in _crossings(open_neighbours, path).items() if not found]
    assert missed == []


@pytest.mark.parametrize("path", READS)
def test_the_same_read_finds_ones_own_rows(two_schools: Pair, path: str) -> None:
    mine, _ = two_schools
    for model in MODELS:
        if path == "for update" and model.writer_column != "school_id":
            continue  # only who may write a row may lock it
        with school_scope(mine.school.id) as session:
            try:
                assert READS[path](session, model, mine), f"{path} of {model.__name__}"
            except DBAPIError as error:
                assert "permission denied" in str(error), (path, model)


def test_without_a_school_every_read_raises_instead_of_being_empty(two_schools: Pair) -> None:
    _, other = two_schools
    spoken = {"text", "from statement", "connection"}
    for path, read in READS.items():
        if path in spoken:
            continue
        for model in MODELS:
            with GuardedSession(db=db) as session, pytest.raises(ScopeMissing):
                read(session, model, other)


def test_without_a_school_spoken_sql_sees_nothing(two_schools: Pair) -> None:
    _, other = two_schools
    for model in MODELS:
        if model.__tablename__ == "courses":
            continue  # released courses are everybody's
        with GuardedSession(db=db) as session:
            assert READS["text"](session, model, other) == 0


def test_without_a_school_nothing_is_written(two_schools: Pair) -> None:
    _, other = two_schools
    for model in MODELS:
        values = dict(other.rows[model])
        _give_another_key(model, values)
        for path, copy in COPIES.items():
            with GuardedSession(db=db) as session, pytest.raises((ScopeMissing, DBAPIError)) as refusal:
                copy(session, model, values)
            assert refusal.type is ScopeMissing or "row-level security" in str(refusal.value), (path, model)
