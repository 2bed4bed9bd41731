"""The changes of a transaction are reported after its commit: all of them, in whatever form they are written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import BindParameter, TextClause, bindparam, delete, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.models import Announcement, CourseOffering, SchoolClass, User
from tenants import changes as reporting
from tenants.changes import Change
from tenants.registry import SchoolInfo
from tenants.scope import school_scope, sibling_scope
from tenants.sql_changes import changes_of
from tests.support.courses import put_offering

MakeUser = Callable[..., User]
Reported = list[frozenset[Change]]


@pytest.fixture
def reported(app_context: object, monkeypatch: pytest.MonkeyPatch) -> Reported:
    """What listeners are told, commit by commit."""
    heard: Reported = []
    monkeypatch.setattr(reporting, "_listeners", [heard.append])
    return heard


def _tables(changes: frozenset[Change]) -> set[str]:
    return {change.table for change in changes}


def _announcement() -> Announcement:
    return Announcement(title="x", body="y", created_by_name="z")


def _loaded(session: Session, user: User) -> User:
    return session.get_one(User, (user.school_id, user.id))


def _key(user: User) -> dict[str, int]:
    return {"school_id": user.school_id, "id": user.id}


def _renamed(user: User) -> dict[str, Any]:
    return {**_key(user), "real_name": "改名"}


def _set_by_flush(session: Session, user: User) -> None:
    _loaded(session, user).real_name = "改名"


def _update_returning(user: User) -> Any:
    return update(User).where(User.id == user.id).values(real_name="改名").returning(User.id)


def _newcomer(user: User, **values: Any) -> dict[str, Any]:
    return {
        "school_id": user.school_id, "kind": "teacher", "real_name": "新人", "nickname": "新人", **values
    }  # fmt: skip


def _copied(user: User) -> Any:
    columns = ("school_id", "kind", "real_name", "nickname")
    return select(User.school_id, literal("teacher"), User.real_name, User.nickname).where(
        User.id == user.id
    ), columns


_USERS = User.__table__

#: How one column of an account may be changed; each way names the column in its own fashion.
UPDATES: dict[str, Callable[[Session, User], object]] = {
    "flush": _set_by_flush,
    "merge": lambda s, u: s.merge(User(**_renamed(u))),
    "bulk save": lambda s, u: (_set_by_flush(s, u), s.bulk_save_objects([_loaded(s, u)])),
    "bulk mappings": lambda s, u: s.bulk_update_mappings(User, [_renamed(u)]),
    "orm": lambda s, u: s.execute(update(User).where(User.id == u.id).values(real_name="改名")),
    "orm, unsynchronized": lambda s, u: s.execute(
        update(User).where(User.id == u.id).values({User.real_name: "改名"}),
        execution_options={"synchronize_session": False},
    ),
    "orm, from another column": lambda s, u: s.execute(
        update(User).where(User.id == u.id).values(real_name=User.nickname + "x")
    ),
    "orm, by key": lambda s, u: s.execute(update(User), [_renamed(u)]),
    "orm, ordered": lambda s, u: s.execute(
        update(User).where(User.id == u.id).ordered_values((User.real_name, "改名"))
    ),
    "orm, values beside": lambda s, u: s.execute(update(User).where(User.id == u.id), {"real_name": "改名"}),
    "orm, returning": lambda s, u: s.execute(_update_returning(u)).all(),
    "core": lambda s, u: s.execute(_USERS.update().where(_USERS.c.id == u.id).values(real_name="改名")),
    "core, on the connection": lambda s, u: s.connection().execute(
        _USERS.update().where(_USERS.c.id == u.id).values(real_name="改名")
    ),
    "inside a select": lambda s, u: s.execute(select(_update_returning(u).cte("changed"))).all(),
    "text": lambda s, u: s.execute(
        text("UPDATE users SET real_name = :name, bio = ', kind = 1 WHERE ' WHERE id = :id"),
        {"name": "改", "id": u.id},
    ),
    "text, inside a select": lambda s, u: s.execute(
        text(
            f"WITH x AS (UPDATE ONLY users AS u SET real_name='改名' WHERE u.id={u.id} RETURNING 1) SELECT * FROM x"
        )
    ),
    "text, many columns at once": lambda s, u: s.execute(
        text(f"update users set (real_name, nickname) = (select 'a', 'b') where id = {u.id}")
    ),
    "text, merge": lambda s, u: s.execute(
        text(
            f"MERGE INTO users u USING (SELECT {u.id} AS id) x ON u.id = x.id AND u.school_id = {u.school_id} "
            "WHEN MATCHED THEN UPDATE SET real_name = '改名'"
        )
    ),
    "driver": lambda s, u: s.connection().exec_driver_sql(
        'UPDATE "users" SET real_name = %s WHERE id = %s', ("改名", u.id)
    ),
}

#: Where several columns are assigned at once, or by conditions, any of them may have been.
ALL_COLUMNS = {"text, many columns at once", "text, merge"}

#: How an account may come or go, which concerns every column.
COMINGS_AND_GOINGS: dict[str, Callable[[Session, User], object]] = {
    "flush, insert": lambda s, u: s.add(User(**_newcomer(u))),
    "flush, delete": lambda s, u: s.delete(_loaded(s, u)),
    "bulk insert mappings": lambda s, u: s.bulk_insert_mappings(User, [_newcomer(u)]),
    "orm insert": lambda s, u: s.execute(insert(User).values(_newcomer(u))),
    "orm insert, many": lambda s, u: s.execute(insert(User), [_newcomer(u), _newcomer(u)]),
    "orm insert, many values": lambda s, u: s.execute(insert(User).values([_newcomer(u), _newcomer(u)])),
    "orm insert, returning": lambda s, u: s.scalars(insert(User).returning(User.id), [_newcomer(u)]).all(),
    "insert from select": lambda s, u: s.execute(insert(User).from_select(_copied(u)[1], _copied(u)[0])),
    "upsert": lambda s, u: s.execute(
        upsert(User)
        .values(_newcomer(u, id=u.id))
        .on_conflict_do_update(index_elements=["school_id", "id"], set_={"real_name": "改名"})
    ),
    "core insert": lambda s, u: s.execute(_USERS.insert(), [_newcomer(u)]),
    "text insert": lambda s, u: s.execute(
        text(
            f"INSERT INTO users (school_id, kind, real_name, nickname) VALUES ({u.school_id}, 'teacher', 'x', 'x')"
        )
    ),
    "orm delete": lambda s, u: s.execute(delete(User).where(User.id == u.id)),
    "core delete": lambda s, u: s.execute(_USERS.delete().where(_USERS.c.id == u.id)),
    "text delete": lambda s, u: s.execute(text(f"DELETE FROM ONLY users AS u WHERE u.id = {u.id}")),
    "driver delete": lambda s, u: s.connection().exec_driver_sql(
        f"/* why */ DELETE FROM users WHERE id = {u.id}"
    ),
}

#: What reads, in words that also stand in statements that write.
READS: dict[str, Callable[[Session, User], object]] = {
    "select": lambda s, u: s.scalars(select(User)).all(),
    "for update": lambda s, u: s.scalars(select(User).with_for_update(of=User)).all(),
    "for no key update": lambda s, u: s.scalars(select(User).with_for_update(key_share=True, skip_locked=True)).all(),
    "text": lambda s, u: s.execute(
        text("SELECT 'UPDATE users SET x' FROM users -- DELETE FROM users\n WHERE id > 0 /* INSERT INTO users */")
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", UPDATES)
def test_every_form_of_an_update_is_reported_with_its_columns(
    school: SchoolInfo, make_user: MakeUser, reported: Reported, form: str
) -> None:
    user = make_user(school)
    with school_scope(school.id) as session:
        reported.clear()
        UPDATES[form](session, user)
        session.commit()
    (changes,) = reported
    assert {(change.school_id, change.table) for change in changes} == {(school.id, "users")}
    assert any(change.touches({"real_name"}) for change in changes)
    for change in changes:
        assert (change.columns is None) == (form in ALL_COLUMNS)
        assert change.columns is None or change.columns <= {"real_name", "bio", "updated_at"}


@pytest.mark.parametrize("form", COMINGS_AND_GOINGS)
def test_every_form_of_coming_and_going_is_reported(
    school: SchoolInfo, make_user: MakeUser, reported: Reported, form: str
) -> None:
    user = make_user(school)
    with school_scope(school.id) as session:
        reported.clear()
        COMINGS_AND_GOINGS[form](session, user)
        session.commit()
    (changes,) = reported
    assert Change(school.id, "users", None) in changes


@pytest.mark.parametrize("form", READS)
def test_reading_is_no_change(school: SchoolInfo, make_user: MakeUser, reported: Reported, form: str) -> None:
    user = make_user(school)
    with school_scope(school.id) as session:
        reported.clear()
        READS[form](session, user)
        session.commit()
    assert reported == []


@pytest.mark.parametrize("error", [OSError("planted"), TypeError("planted")])
def test_an_error_of_a_listener_fails_neither_the_commit_nor_the_other_listeners(
    school: SchoolInfo,
    reported: Reported,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    def fail(_: frozenset[Change]) -> None:
        raise error

    monkeypatch.setattr(reporting, "_listeners", [fail, *reporting._listeners])
    with school_scope(school.id) as session:
        session.add(_announcement())
        session.commit()
    assert [_tables(changes) for changes in reported] == [{"announcements"}]
    logged = next(record for record in caplog.records if record.exc_info is not None)
    assert logged.levelname == "ERROR"
    assert logged.exc_info is not None
    assert logged.exc_info[1] is error


def test_what_the_database_deletes_by_itself_is_reported(
    alliance: SchoolInfo, school: SchoolInfo, reported: Reported
) -> None:
    offering = put_offering(alliance, school)
    with school_scope(school.id) as session:
        reported.clear()
        session.execute(delete(CourseOffering).where(CourseOffering.id == offering.id))
        session.commit()
    (changes,) = reported
    assert {"course_offerings", "course_showings", "offering_assistants"} <= _tables(changes)


def test_a_savepoint_is_no_commit(school: SchoolInfo, reported: Reported) -> None:
    with school_scope(school.id) as session:
        session.add(_announcement())
        session.flush()
        with session.begin_nested():
            session.add(SchoolClass(number="1", name="一班"))
        assert reported == []
        session.commit()
    assert [_tables(changes) for changes in reported] == [{"announcements", "classes"}]


def test_a_savepoint_that_is_taken_back_leaves_what_was_before(
    school: SchoolInfo, reported: Reported
) -> None:
    with school_scope(school.id) as session:
        session.add(_announcement())
        session.flush()
        savepoint = session.begin_nested()
        session.add(SchoolClass(number="1", name="一班"))
        session.flush()
        savepoint.rollback()
        session.commit()
        session.add(SchoolClass(number="2", name="二班"))
        session.flush()
        session.rollback()
        session.commit()
    assert len(reported) == 1
    assert "announcements" in _tables(reported[0])


def test_what_is_rolled_back_is_not_reported_with_what_comes_after(
    school: SchoolInfo, reported: Reported
) -> None:
    with school_scope(school.id) as session:
        session.add(_announcement())
        session.flush()
        session.rollback()
        session.add(SchoolClass(number="2", name="二班"))
        session.commit()
    assert [_tables(changes) for changes in reported] == [{"classes"}]


def test_a_siblings_savepoint_is_reported_when_the_elder_commits(
    alliance: SchoolInfo, school: SchoolInfo, reported: Reported
) -> None:
    with school_scope(alliance.id) as elder:
        with sibling_scope(elder, school.id) as session, session.begin_nested():
            session.add(SchoolClass(number="1", name="一班"))
        assert reported == []
        elder.add(_announcement())
        elder.commit()
    assert reported == [{Change(school.id, "classes", None), Change(alliance.id, "announcements", None)}]


def test_a_sibling_inside_a_savepoint_is_reported_when_the_elder_commits(
    alliance: SchoolInfo, school: SchoolInfo, reported: Reported
) -> None:
    with school_scope(alliance.id) as elder:
        with elder.begin_nested(), sibling_scope(elder, school.id) as session:
            session.add(SchoolClass(number="1", name="一班"))
        assert reported == []
        elder.commit()
    assert reported == [{Change(school.id, "classes", None)}]


def test_after_a_siblings_error_the_elder_changes_its_own_school(
    alliance: SchoolInfo, school: SchoolInfo, reported: Reported
) -> None:
    with school_scope(alliance.id) as elder:
        with pytest.raises(DBAPIError), elder.begin_nested(), sibling_scope(elder, school.id) as session:
            session.execute(text("SELECT 1 / 0"))
        elder.add(_announcement())
        elder.commit()
    assert reported == [{Change(alliance.id, "announcements", None)}]


#: Parameters with which the planner knows the types in the statements below.
SAMPLES = {
    "school": 1, "import": 1, "rows": "[]", "sequence": "users_id_seq", "count": 1, "which": "all", "overwrite": True,
    "classes": [1], "done": [1], "pairs": bindparam("pairs", [], JSONB), "problem": bindparam("problem", [], JSONB),
}  # fmt: skip
SPOKEN = {
    f"{place}.{name}": value
    for place, module in tuple(sys.modules.items())
    if place.partition(".")[0] in ("app", "admin", "workers", "tenants")
    for name, value in vars(module).items()
    if isinstance(value, TextClause) and not value.text.startswith("SET LOCAL")
}


@pytest.mark.parametrize("name", sorted(SPOKEN))
def test_spoken_sql_is_read_as_the_database_plans_it(school: SchoolInfo, name: str) -> None:
    statement = SPOKEN[name]
    given = {parameter: SAMPLES[parameter] for parameter in statement.compile().params}
    typed = [value for value in given.values() if isinstance(value, BindParameter)]
    explained = text(f"EXPLAIN (FORMAT JSON) {statement.text}").bindparams(*typed)
    plain = {parameter: value for parameter, value in given.items() if not isinstance(value, BindParameter)}
    with school_scope(school.id) as session:
        plan = session.scalar(explained, plain)
    assert {change.table for change in changes_of(str(statement))} == set(_modified(plan))


def test_imports_speak_statements_that_write() -> None:
    written_tables = {change.table for value in SPOKEN.values() for change in changes_of(str(value))}
    assert written_tables >= {"users", "roster_import_rows"}


def _modified(plan: Any) -> Iterator[str]:
    """The tables that a plan of PostgreSQL's modifies."""
    if isinstance(plan, list):
        for each in plan:
            yield from _modified(each)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "ModifyTable":
            yield plan["Relation Name"]
        for each in plan.values():
            yield from _modified(each)
