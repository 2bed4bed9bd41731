"""Cache stamps: any change of shown data, in whatever form, voids the entries that show it at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from app.context import Context
from app.models import Announcement, OfferingAssistant, User
from app.services.people.reset_and_disable import disable_accounts, enable_accounts
from app.uow import unit_of_work
from app.web.shared.cache import stamps
from tenants.db import Base, db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import put_offering
from tests.support.pages import statements
from tests.support.teachers import TeacherImporter

MakeClient = Callable[..., FlaskClient]
MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.fixture
def teacher(make_user: MakeUser, school: SchoolInfo) -> User:
    """A teacher who assists a course."""
    return make_user(school, "teacher", real_name="原名老师", email="teacher@example.com")


@pytest.fixture
def path(alliance: SchoolInfo, school: SchoolInfo, teacher: User) -> str:
    """The page of a course that the teacher runs and assists."""
    offering = put_offering(alliance, school, operating_teacher_id=teacher.id)
    with school_scope(school.id) as session:
        session.add(OfferingAssistant(offering_id=offering.id, user_id=teacher.id))
        session.commit()
    return f"/courses/{offering.id}"


def _assistants(client: FlaskClient, path: str) -> str:
    return client.get(path).text.partition("助教")[2].partition("</dl>")[0]


def test_whoever_is_disabled_or_enabled_is_seen_so_at_once(
    client_for: MakeClient,
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    teacher: User,
    path: str,
) -> None:
    make_user(school, "administrator")
    client = client_for(school)
    assert "原名老师" in _assistants(client, path)
    with unit_of_work(make_ctx(school)) as ctx:
        disable_accounts(ctx, user_ids=[teacher.id])
    assert "原名老师" not in _assistants(client, path)
    with unit_of_work(make_ctx(school)) as ctx:
        enable_accounts(ctx, user_ids=[teacher.id])
    assert "原名老师" in _assistants(client, path)


def test_whoever_an_import_renames_is_seen_so_at_once(
    client_for: MakeClient, school: SchoolInfo, teachers: TeacherImporter, teacher: User, path: str
) -> None:
    client = client_for(school)
    assert "原名老师" in client.get(path).text
    import_id = teachers.bring([{"real_name": "改名老师", "email": "teacher@example.com"}])
    assert teachers.summary(import_id).counts.change == 1
    assert "原名老师" not in client.get(path).text
    assert "改名老师" in client.get(path).text


#: Ways to rename a person, each of which passes by the others' listeners.
RENAMES: dict[str, Callable[[Any, User], object]] = {
    "row": lambda s, u: setattr(s.get_one(User, (u.school_id, u.id)), "real_name", "改名老师"),
    "update": lambda s, u: s.execute(update(User).where(User.id == u.id).values(real_name="改名老师")),
    "bulk": lambda s, u: s.bulk_update_mappings(
        User, [{"school_id": u.school_id, "id": u.id, "real_name": "改名老师"}]
    ),
    "core": lambda s, u: s.connection().execute(
        update(User.__table__).where(User.__table__.c.id == u.id).values(real_name="改名老师")
    ),
    "text": lambda s, u: s.execute(text(f"UPDATE users SET real_name = '改名老师' WHERE id = {u.id}")),
}


@pytest.mark.parametrize("form", RENAMES)
def test_a_name_that_is_written_in_any_form_is_seen_at_once(
    client_for: MakeClient, school: SchoolInfo, teacher: User, path: str, form: str
) -> None:
    client = client_for(school)
    assert "原名老师" in client.get(path).text
    with school_scope(school.id) as session:
        RENAMES[form](session, teacher)
        session.commit()
    assert "改名老师" in client.get(path).text


def test_what_a_login_writes_is_no_change_of_pages(
    client_for: MakeClient, school: SchoolInfo, teacher: User, path: str
) -> None:
    client = client_for(school)
    client.get(path)
    with school_scope(school.id) as session:
        session.execute(
            update(User).where(User.id == teacher.id).values(last_login_at=NOW, failed_logins=0),
            execution_options={"synchronize_session": False},
        )
        session.commit()
    with statements(db.engine) as asked:
        assert "原名老师" in client.get(path).text
    assert not asked


def _read(statement: str) -> set[str]:
    """The tables of a statement; of accounts, whose logins write to them, the columns."""
    columns = {f"users.{name}" for name in re.findall(r"\busers(?:_\d+)?\.(\w+)", statement)}
    tables = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", statement)) & Base.metadata.tables.keys()
    return columns | (tables - {"users"})


@pytest.fixture
def shared_pages(
    alliance: SchoolInfo, school: SchoolInfo, path: str
) -> dict[str, list[tuple[SchoolInfo, str]]]:
    """Endpoint -> pages of it that visitors share, each with something to show."""
    shown = []
    for owner in (alliance, school):
        with school_scope(owner.id) as session:
            row = Announcement(title="公告", body="x", created_by_name="z", published_at=NOW, to_all=True)
            session.add(row)
            session.commit()
            shown.append((owner, f"/announcements/{owner.id}/{row.id}"))
    with school_scope(school.id) as session:
        course_id = session.scalar(
            text(f"SELECT course_id FROM course_offerings WHERE id = {path.rsplit('/', maxsplit=1)[-1]}")
        )
    both = (alliance, school)
    return {
        "student.home": [(one, "/") for one in both],
        "catalogue.index": [(one, "/courses") for one in both],
        "catalogue.show": [(school, path), (alliance, f"/courses/{course_id}")],
        "announcements.index": [(one, "/announcements/") for one in both],
        "announcements.show": shown,
        "help.index": [(one, "/help") for one in both],
        "apex.members": [(alliance, "/members")],
    }


def test_all_that_shared_pages_read_is_stamped(
    app: Flask, client_for: MakeClient, shared_pages: dict[str, list[tuple[SchoolInfo, str]]]
) -> None:
    shared = {name for name, view in app.view_functions.items() if hasattr(view, "shared_by_visitors")}
    assert shared == shared_pages.keys()
    of_schools = stamps.SCHOOL_TABLES | stamps.SHARED_TABLES
    names = {f"users.{name}" for name in (*stamps.ACCOUNT_COLUMNS, "school_id", "id")}
    for endpoint, pages in shared_pages.items():
        for owner, address in pages:
            stamped = of_schools | names | (stamps.ALLIANCE_TABLES if owner.is_alliance else set())
            with statements(db.engine) as asked:
                answer = client_for(owner).get(f"{address}?unknown=1")
            assert answer.status_code == 200, (endpoint, address)
            read = {name for statement in asked for name in _read(statement)}
            assert read <= stamped, (endpoint, address, read - stamped)
