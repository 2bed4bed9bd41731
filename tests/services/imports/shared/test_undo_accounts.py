"""The accounts that an undo keeps: those that any other table refers to by then."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import cast

import pytest
from sqlalchemy import BigInteger, ForeignKeyConstraint, Table, func, select, text, update

from app.context import Context
from app.models import ClassCourse, OfferingAssistant, User, WaitingPlace
from app.services.classes.head_teachers import set_head_teacher
from app.services.imports.pages.read import preview_rows
from app.services.imports.pages.undo import undo_import
from app.services.imports.shared.undo_accounts import GOES, KEEPS, keys_to
from app.services.offerings.staff import add_assistants, set_operating_teacher
from app.uow import unit_of_work
from tenants.db import Base, db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_offering
from tests.support.rosters import Importer, plain_rows
from tests.support.teachers import TeacherImporter
from tests.support.teaching import put_class
from tests.support.world import Populated, populate

MakeCtx = Callable[..., Context]
ROWS = [{"real_name": "王芳"}, {"real_name": "李雷"}]
KEYS = {str(key.name): key for key in keys_to(cast(Table, User.__table__))}

#: Columns that name an account and cannot be foreign keys, with the reason.
FREE = {
    "audit_log.actor_id": "the log outlives accounts, and a visitor's account is the alliance's",
    "roster_import_rows.user_id": "an id that is reserved before there is an account",
    "support_visits.secretary_id": "an account of the alliance, which has no imports and deletes none",
}


def _undo(importer: Importer, import_id: int) -> None:
    with importer.units() as ctx:
        undo_import(ctx, import_id=import_id)


def _kept(importer: Importer, import_id: int) -> list[tuple[int, str]]:
    """Rows and reasons as the page of the undone import shows them."""
    with importer.units() as ctx:
        rows = preview_rows(ctx, import_id=import_id, part="kept").rows
    return [(row.row_no, str(row.kept)) for row in rows]


def test_a_head_teacher_is_kept_with_the_reason(
    teachers: TeacherImporter, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    import_id = teachers.bring(ROWS)
    wang, _ = teachers.teachers()
    class_id = put_class(school, number="1", name="一班", entry_year=2026)
    with unit_of_work(make_ctx(school)) as ctx:
        set_head_teacher(ctx, class_id=class_id, teacher_id=wang.id)
    _undo(teachers, import_id)
    assert [user.id for user in teachers.teachers()] == [wang.id]
    assert _kept(teachers, import_id) == [(2, "该教师已是班主任，已保留")]
    undone = teachers.summary(import_id).undone
    assert undone is not None
    assert (undone.removed, undone.kept) == (1, 1)


def test_those_who_run_a_course_are_kept_with_the_reason(
    teachers: TeacherImporter, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    import_id = teachers.bring([*ROWS, {"real_name": "赵新"}])
    wang, li, _ = teachers.teachers()
    offering_id = put_offering(alliance, school).id
    with unit_of_work(make_ctx(school)) as ctx:
        set_operating_teacher(ctx, offering_id=offering_id, user_id=wang.id)
        add_assistants(ctx, offering_id=offering_id, user_ids=[li.id])
    _undo(teachers, import_id)
    assert [user.id for user in teachers.teachers()] == [wang.id, li.id]
    assert _kept(teachers, import_id) == [
        (2, "该教师已是课程的运营教师，已保留"),
        (3, "该教师已是课程的助教，已保留"),
    ]
    with school_scope(school.id) as session:
        assert session.scalars(select(OfferingAssistant.user_id)).all() == [li.id]


def test_a_student_who_waits_for_a_seat_is_kept_with_the_reason(
    importer: Importer, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    rows = plain_rows(school, 2)
    import_id = importer.do(rows)
    waiting = importer.users()[rows[1]["student_no"]]
    offering_id = put_offering(alliance, school).id
    with school_scope(school.id) as session:
        session.add(WaitingPlace(offering_id=offering_id, user_id=waiting.id))
        session.commit()
    _undo(importer, import_id)
    assert set(importer.users()) == {rows[1]["student_no"]}
    assert _kept(importer, import_id) == [(3, "该账号正在候补课程名额，已保留")]


def test_a_class_that_was_registered_for_a_course_is_kept(
    importer: Importer, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    import_id = importer.do([{**row, "class_name": row["real_name"]} for row in plain_rows(school, 2)])
    first, _ = importer.classes()
    with school_scope(school.id) as session:
        session.add(ClassCourse(class_id=first.id, offering_id=put_offering(alliance, school).id))
        session.commit()
    _undo(importer, import_id)
    assert importer.users() == {}
    assert [one.id for one in importer.classes()] == [first.id]
    undone = importer.summary(import_id).undone
    assert undone is not None
    assert (undone.classes, undone.kept_classes) == (1, 1)


def test_every_foreign_key_to_accounts_is_decided_on(app_context: object) -> None:
    asked = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confrelid = 'users'::regclass"
    with db.engine.connect() as connection:
        there = set(connection.scalars(text(asked)))
    assert there == set(KEYS), "what the models say"
    assert there == {*KEEPS, *GOES}, (
        "say in undo_accounts whether such a row keeps an account or goes with it"
    )
    assert not GOES & KEEPS.keys()


def test_every_column_that_names_an_account_is_a_foreign_key() -> None:
    named = re.compile(r"(^|_)(user|teacher|student|secretary|actor|by)(_id)?$")
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, BigInteger) and named.search(column.name)
    }
    keys = {f"{key.table.name}.{name}" for key in KEYS.values() for name in key.column_keys}
    assert columns - keys == FREE.keys()


def _point(key: ForeignKeyConstraint, world: Populated, user: User) -> None:
    """Let the world's row of a table name this account."""
    (column,) = (name for name in key.column_keys if name != "school_id")
    (row,) = (values for model, values in world.rows.items() if model.__table__ is key.table)
    same = (one == row[one.name] for one in key.table.primary_key.columns)
    with school_scope(world.school.id) as session:
        session.execute(update(key.table).where(*same).values({column: user.id}))
        session.commit()


def _names(key: ForeignKeyConstraint, school: SchoolInfo, user: User) -> int:
    (column,) = (name for name in key.column_keys if name != "school_id")
    statement = select(func.count()).select_from(key.table).where(key.table.c[column] == user.id)
    with school_scope(school.id) as session:
        return session.scalar(statement) or 0


@pytest.mark.parametrize("name", sorted(KEEPS))
def test_whoever_a_row_names_is_kept_with_that_row(
    teachers: TeacherImporter, alliance: SchoolInfo, school: SchoolInfo, name: str
) -> None:
    world, import_id = populate(alliance, school), teachers.bring(ROWS)
    wang, _ = teachers.teachers()
    _point(KEYS[name], world, wang)
    assert _names(KEYS[name], school, wang) == 1
    _undo(teachers, import_id)
    assert [user.id for user in teachers.teachers()] == [wang.id]
    assert _names(KEYS[name], school, wang) == 1
    (kept,) = _kept(teachers, import_id)
    assert kept[1].endswith("已保留")


@pytest.mark.parametrize("name", sorted(GOES))
def test_what_was_sent_to_somebody_goes_with_the_account(
    teachers: TeacherImporter, alliance: SchoolInfo, school: SchoolInfo, name: str
) -> None:
    world, import_id = populate(alliance, school), teachers.bring(ROWS)
    wang, _ = teachers.teachers()
    _point(KEYS[name], world, wang)
    assert _names(KEYS[name], school, wang) == 1
    _undo(teachers, import_id)
    assert (teachers.teachers(), _kept(teachers, import_id)) == ([], [])
    assert _names(KEYS[name], school, wang) == 0


def test_an_office_given_at_the_same_moment_keeps_the_teacher(
    teachers: TeacherImporter, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    import_id = teachers.bring(ROWS)
    wang, _ = teachers.teachers()
    offering_id = put_offering(alliance, school).id
    with unit_of_work(make_ctx(school)) as ctx:
        add_assistants(ctx, offering_id=offering_id, user_ids=[wang.id])
        undoing = threading.Thread(target=copy_context().run, args=(_undo, teachers, import_id), daemon=True)
        undoing.start()
        _until_it_waits(undoing)
    undoing.join(60)
    assert [user.id for user in teachers.teachers()] == [wang.id]
    assert _kept(teachers, import_id) == [(2, "该教师已是课程的助教，已保留")]


def _until_it_waits(undoing: threading.Thread) -> None:
    """Until the thread's transaction waits for a lock; that nobody else is in this database makes it the one."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    deadline = time.monotonic() + 60
    with db.engine.connect() as connection:
        while not connection.scalar(text(asked)):
            connection.rollback()
            undoing.join(0.05)
            assert undoing.is_alive(), "it did not wait"
            assert time.monotonic() < deadline
