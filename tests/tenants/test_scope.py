"""A session belongs to one school for its whole life."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from app.models import SchoolClass, User
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import CrossSchoolWrite, ScopeSwitch, enter_school, school_scope, sibling_scope


def test_a_session_cannot_move_to_another_school(school: SchoolInfo, other_school: SchoolInfo) -> None:
    with school_scope(school.id) as session:
        with pytest.raises(ScopeSwitch):
            enter_school(session, other_school.id)
        enter_school(session, school.id)


def test_a_session_that_already_began_cannot_enter(app_context: object, school: SchoolInfo) -> None:
    session = db.session()
    session.execute(text("SELECT 1"))
    with pytest.raises(ScopeSwitch):
        enter_school(session, school.id)
    db.session.remove()


def test_rows_get_the_sessions_school(school: SchoolInfo) -> None:
    with school_scope(school.id) as session:
        row = SchoolClass(number="1", name="一班")
        session.add(row)
        session.flush()
        assert row.school_id == school.id


def test_a_row_cannot_be_moved_to_another_school(school: SchoolInfo, other_school: SchoolInfo) -> None:
    with school_scope(school.id) as session:
        row = SchoolClass(number="1", name="一班")
        session.add(row)
        session.flush()
        row.school_id = other_school.id
        with pytest.raises(CrossSchoolWrite):
            session.flush()


def test_the_setting_does_not_stay_on_a_pooled_connection(
    school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    make_user(school)
    for _ in range(20):
        with school_scope(school.id) as session:
            assert session.scalar(select(func.count()).select_from(User)) == 1
            session.commit()
        with db.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM users")) == 0


def test_a_sibling_writes_in_the_same_transaction_and_the_elder_goes_on(
    school: SchoolInfo, other_school: SchoolInfo
) -> None:
    with school_scope(school.id) as session:
        session.add(SchoolClass(number="1", name="甲"))
        with sibling_scope(session, other_school.id) as sibling:
            sibling.add(SchoolClass(number="1", name="乙"))
        session.add(SchoolClass(number="2", name="丙"))
        session.flush()
        assert {row.name for row in session.scalars(select(SchoolClass))} == {"甲", "丙"}
        session.rollback()
    for school_id in (school.id, other_school.id):
        with school_scope(school_id) as session:
            assert session.scalars(select(SchoolClass)).all() == []


def test_a_sibling_that_fails_takes_the_whole_transaction_with_it(
    school: SchoolInfo, other_school: SchoolInfo
) -> None:
    with school_scope(school.id) as session:
        session.add(SchoolClass(number="1", name="甲"))
        with pytest.raises(RuntimeError, match="no"), sibling_scope(session, other_school.id) as sibling:
            sibling.add(SchoolClass(number="1", name="乙"))
            sibling.flush()
            raise RuntimeError("no")
        session.rollback()
    with school_scope(other_school.id) as session:
        assert session.scalars(select(SchoolClass)).all() == []
