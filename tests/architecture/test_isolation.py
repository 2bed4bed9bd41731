"""Every access path × every scoped table, as one school reaching for another's rows: nothing may cross."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, inspect, select, text, union_all, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased

from tenants.db import GuardedSession, db
from tenants.scope import CrossSchoolWrite, ScopeMissing, school_scope
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

CHANGES: dict[str, Callable[[Session, type[Any], Populated], Any]] = {
    "orm update": lambda s, m, o: s.execute(
        update(m).where(m.school_id == o.school.id).values(school_id=m.school_id)
    ),
    "core update": lambda s, m, o: s.execute(
        update(m.__table__).where(_key(m, o.rows[m])).values(school_id=m.__table__.c.school_id)
    ),
    "text update": lambda s, m, o: s.execute(
        text(f"UPDATE {m.__tablename__} SET school_id = school_id WHERE school_id = {o.school.id}")
    ),
    "bulk update by key": lambda s, m, o: s.bulk_update_mappings(m, [o.rows[m]]),
    "orm delete": lambda s, m, o: s.execute(delete(m).where(m.school_id == o.school.id)),
    "core delete": lambda s, m, o: s.execute(delete(m.__table__).where(_key(m, o.rows[m]))),
    "text delete": lambda s, m, o: s.execute(text(f"DELETE {_from(m, o)}")),
    "merge": lambda s, m, o: (s.merge(m(**o.rows[m])), s.flush()),
}


def _snapshot(owner_url_rows: Populated) -> dict[str, int]:
    with school_scope(owner_url_rows.school.id) as session:
        return {
            m.__tablename__: session.scalar(
                select(func.count()).select_from(m).where(m.school_id == owner_url_rows.school.id)
            )
            for m in MODELS
        }


def test_there_are_at_least_25_paths_and_every_scoped_table_is_tried() -> None:
    assert len(READS) + len(COPIES) + len(CHANGES) >= 25
    assert len(MODELS) >= 9


@pytest.mark.parametrize("path", READS)
def test_no_read_finds_another_schools_rows(two_schools: Pair, path: str) -> None:
    mine, other = two_schools
    for model in MODELS:
        with school_scope(mine.school.id) as session:
            try:
                found = READS[path](session, model, other)
            except DBAPIError as error:
                assert "permission denied" in str(error), (path, model)  # a table that is never updated
                continue
        assert not found, f"{path} of {model.__name__}"


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


@pytest.mark.parametrize("path", COPIES)
def test_no_insert_puts_a_row_into_another_school(two_schools: Pair, path: str) -> None:
    mine, other = two_schools
    before = _snapshot(other)
    for model in MODELS:
        values = dict(other.rows[model])
        _give_another_key(model, values)
        with (
            school_scope(mine.school.id) as session,
            pytest.raises((CrossSchoolWrite, DBAPIError)) as refusal,
        ):
            COPIES[path](session, model, values)
            session.commit()
        assert refusal.type is CrossSchoolWrite or "row-level security" in str(refusal.value), (path, model)
    assert _snapshot(other) == before


@pytest.mark.parametrize("path", CHANGES)
def test_no_change_reaches_another_schools_rows(two_schools: Pair, path: str) -> None:
    mine, other = two_schools
    before = _snapshot(other)
    for model in MODELS:
        with school_scope(mine.school.id) as session:
            try:
                result = CHANGES[path](session, model, other)
                assert not getattr(result, "rowcount", 0), f"{path} of {model.__name__}"
                session.commit()
            except (
                Exception
            ) as error:  # each way refuses in its own words; what counts is that nothing changed
                assert not isinstance(error, AssertionError), error
    assert _snapshot(other) == before


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
