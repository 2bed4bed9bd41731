"""Outboxes: failed rows wait longer each time, so that they delay no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.context import Context
from app.models import (
    Course,
    CourseVersion,
    CourseVersionOutbox,
    ImportOutbox,
    Mail,
    MailOutbox,
    Outbox,
    RosterImport,
    User,
)
from app.rules.permissions import Role
from app.services.background.outbox import LONGEST_WAIT, wait_after
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.courses.version_news import sweep_versions
from app.services.imports.shared.sweep import sweep_imports
from app.services.messages.mail_queue import sweep_mails
from app.vault import Vault
from deploy.local.database import connect
from tenants.db import Base
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY, Sent

#: More than one sweep takes.
FAILING = 150
#: Before everything that other tests have left.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LATER = datetime(2000, 1, 2, tzinfo=UTC)
NEVER = datetime(3000, 1, 1, tzinfo=UTC)
#: Far more than are needed, also with what other tests have left.
SWEEPS = 20


def _imports(session: Session, _user: User) -> list[int]:
    """Imports whose job no longer exists."""
    made = [
        RosterImport(kind="students", filename="学生.xlsx", size=1, created_by_name="教务老师")
        for _ in range(FAILING + 1)
    ]
    session.add_all(made)
    session.flush()
    for one in made:
        session.add(ImportOutbox(school_id=one.school_id, import_id=one.id, job="gone", due_at=LONG_AGO))
    session.flush()
    return [one.id for one in made]


def _mend_import(session: Session, import_id: int) -> None:
    session.execute(
        update(ImportOutbox).where(ImportOutbox.import_id == import_id).values(job="check_import")
    )


def _mails(session: Session, user: User) -> list[int]:
    """Mails that the database refuses to close (``refusing``)."""
    made = [
        Mail(user_id=user.id, recipient="refused@example.com", template="notice", params={}, state="sending")
        for _ in range(FAILING + 1)
    ]
    session.add_all(made)
    session.flush()
    for one in made:
        session.add(MailOutbox(school_id=one.school_id, mail_id=one.id, due_at=LONG_AGO))
    session.flush()
    return [one.id for one in made]


def _mend_mail(session: Session, mail_id: int) -> None:
    session.execute(update(Mail).where(Mail.id == mail_id).values(recipient="taken@example.com"))


def _versions(session: Session, _user: User) -> list[int]:
    """Versions without a title."""
    course = Course(title="药理学", category="基础医学")
    session.add(course)
    session.flush()
    made = [
        CourseVersion(course_id=course.id, number=number, content={}, published_by_name="王老师")
        for number in range(FAILING + 1)
    ]
    session.add_all(made)
    session.flush()
    for one in made:
        session.add(CourseVersionOutbox(school_id=one.school_id, version_id=one.id, due_at=LONG_AGO))
    session.flush()
    return [one.id for one in made]


def _mend_version(session: Session, version_id: int) -> None:
    content = {"title": "药理学"}
    session.execute(update(CourseVersion).where(CourseVersion.id == version_id).values(content=content))


@dataclass(frozen=True)
class Case:
    """An outbox.

    Args:
        row_id: its column with the id of what waits.
        sweep: the sweep of it.
        fill: writes rows that always fail, one more than ``FAILING``; gives their ids.
        mend: lets one of them succeed.
    """

    row_id: Any
    sweep: Callable[..., int]
    fill: Callable[[Session, User], list[int]]
    mend: Callable[[Session, int], None]


CASES = {
    "imports": Case(ImportOutbox.import_id, sweep_imports, _imports, _mend_import),
    "mails": Case(MailOutbox.mail_id, sweep_mails, _mails, _mend_mail),
    "versions": Case(CourseVersionOutbox.version_id, sweep_versions, _versions, _mend_version),
}


@dataclass(frozen=True)
class Filled:
    """An outbox with rows of one school that always fail."""

    case: Case
    school: SchoolInfo
    units: UnitOfWorkFactory
    ids: Sequence[int]

    def sweep(self) -> None:
        """Sweep, in all schools."""
        self.case.sweep(units_for=lambda school: replace(self.units, school=school))

    def mend(self, row_id: int) -> None:
        """Let a row succeed."""
        with school_scope(self.school.id) as session:
            self.case.mend(session, row_id)
            session.commit()

    def let_be_due(self, row_id: int, at: datetime = LONG_AGO) -> None:
        """Have a row wait since then."""
        outbox = self.case.row_id.class_
        with school_scope(self.school.id) as session:
            session.execute(update(outbox).where(self.case.row_id == row_id).values(due_at=at))
            session.commit()

    def failures(self, row_id: int) -> int | None:
        """How often in a row it could not be taken."""
        with school_scope(self.school.id) as session:
            return session.scalar(select(self.case.row_id.class_.failures).where(self.case.row_id == row_id))

    def wait(self, row_id: int) -> float | None:
        """Seconds until the row is due again, negative when it is; none when it is not there any more."""
        outbox = self.case.row_id.class_
        left = func.extract("epoch", outbox.due_at - func.now())
        with school_scope(self.school.id) as session:
            found = session.scalar(select(left).where(self.case.row_id == row_id))
        return None if found is None else float(found)


@pytest.fixture
def refusing(pg_admin_url: str) -> Iterator[None]:
    """The database refuses to write some mails."""
    with connect(pg_admin_url) as connection:
        connection.execute(
            "CREATE FUNCTION refuse_mail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF NEW.recipient = 'refused@example.com' THEN RAISE 'refused'; END IF; RETURN NEW; END $$"
        )
        connection.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE ON mails FOR EACH ROW EXECUTE FUNCTION refuse_mail()"
        )
    yield
    with connect(pg_admin_url) as connection:
        connection.execute("DROP FUNCTION refuse_mail CASCADE")


@pytest.fixture(params=CASES)
def filled(
    request: pytest.FixtureRequest,
    refusing: None,
    school: SchoolInfo,
    make_user: Callable[..., User],
    make_ctx: Callable[..., Context],
    sent: Sent,
) -> Iterator[Filled]:
    """Each outbox in turn; the rows that are left go afterwards, as they would fail in other tests."""
    case = CASES[request.param]
    user = make_user(school)
    with school_scope(school.id) as session:
        ids = case.fill(session, user)
        session.commit()
    actor = replace(make_ctx(school).actor, role=Role.SYSTEM)
    yield Filled(case, school, UnitOfWorkFactory(school, actor, lambda: NOW, sent, Vault(VAULT_KEY)), ids)
    with school_scope(school.id) as session:
        session.execute(case.row_id.class_.__table__.delete().where(case.row_id.in_(ids)))
        session.commit()


def test_every_outbox_is_tried_here() -> None:
    there = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Outbox)}
    assert {case.row_id.class_ for case in CASES.values()} == there
    named = {table.name for table in Base.metadata.tables.values() if table.name.endswith("_outbox")}
    assert named == {outbox.__tablename__ for outbox in there}


def test_rows_that_always_fail_hold_up_nobody(filled: Filled) -> None:
    good = filled.ids[-1]
    filled.mend(good)
    filled.let_be_due(good, LATER)
    for _ in range(SWEEPS):
        filled.sweep()
        wait = filled.wait(good)
        if wait is None or wait > 0:
            break
    else:
        pytest.fail("the good row never had its turn")
    assert all((filled.wait(one) or 0) > 0 for one in filled.ids[:-1]), "and all of them wait longer"


@pytest.mark.parametrize("filled", ["imports"], indirect=True)
def test_a_row_waits_longer_after_each_failure_and_no_longer_once_it_was_taken(filled: Filled) -> None:
    row_id, waits = filled.ids[0], []
    for one in filled.ids[1:]:
        filled.let_be_due(one, NEVER)
    for _ in range(12):
        filled.let_be_due(row_id)
        filled.sweep()
        waits.append(round((filled.wait(row_id) or 0) / 10))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]
    filled.mend(row_id)
    filled.let_be_due(row_id)
    filled.sweep()
    assert filled.failures(row_id) == 0


def test_the_longest_wait_is_that_of_any_number_of_failures() -> None:
    assert wait_after(10**6) == LONGEST_WAIT
