"""Row-level security does not check foreign keys; the composite keys must refuse another school's parent."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, inspect, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tenants.guard import scoped_table_names
from tenants.scope import school_scope
from tests.support.world import Populated, scoped_models

Pair = tuple[Populated, Populated]


def _keys() -> list[tuple[type[Any], ForeignKeyConstraint]]:
    scoped = scoped_table_names()
    found = []
    for model in scoped_models():
        table: Table = model.__table__
        for constraint in sorted(table.foreign_key_constraints, key=lambda key: str(key.name)):
            found += [(model, constraint)] if constraint.referred_table.name in scoped else []
    return found


KEYS = _keys()


def _parent(constraint: ForeignKeyConstraint) -> type[Any]:
    return next(m for m in scoped_models() if m.__table__ is constraint.referred_table)


@pytest.mark.parametrize(("model", "constraint"), KEYS, ids=[f"{m.__tablename__}.{c.name}" for m, c in KEYS])
def test_a_row_cannot_point_at_another_schools_parent(
    two_schools: Pair, model: type[Any], constraint: ForeignKeyConstraint
) -> None:
    mine, other = two_schools
    parent = other.rows[_parent(constraint)]
    pairs = list(zip(constraint.column_keys, (e.column.name for e in constraint.elements), strict=True))
    values = {local: parent[remote] for local, remote in pairs if local != "school_id"}
    acting = mine.rows[model][model.writer_column]
    condition = [
        column == mine.rows[model][column.name] for column in inspect(model).local_table.primary_key.columns
    ]
    with school_scope(acting) as session, pytest.raises((IntegrityError, ProgrammingError)) as refusal:
        session.execute(update(model.__table__).where(*condition).values(**values))
        session.flush()
    assert any(
        words in str(refusal.value) for words in ("foreign key", "check constraint", "row-level security")
    ), refusal.value


def test_every_foreign_key_between_scoped_tables_begins_with_the_school() -> None:
    # A course and an alliance's announcement are shared rows: their owner's id leads the key. The licence says who may
    # point at a course; only the school's alliance writes a target.
    shared = {
        ("announcement_targets", "fk_announcement_targets_announcement"),
        ("course_licences", "fk_course_licences_course"),
        ("course_offerings", "fk_course_offerings_course"),
    }
    for model, constraint in KEYS:
        if (model.__tablename__, constraint.name) not in shared:
            assert constraint.column_keys[0] == "school_id", constraint.name


def test_an_offering_of_anothers_course_needs_a_licence_that_only_the_owner_writes(two_schools: Pair) -> None:
    mine, other = two_schools
    offering = next(m for m in scoped_models() if m.__tablename__ == "course_offerings")
    course = next(m for m in scoped_models() if m.__tablename__ == "courses")
    with school_scope(mine.school.id) as session, pytest.raises(IntegrityError, match="licensed"):
        session.add(
            offering(course_owner_id=other.school.id, course_id=other.rows[course]["id"], term="2026-2027-2")
        )
        session.flush()
