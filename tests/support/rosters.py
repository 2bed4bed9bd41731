"""Rosters as files, and imports that run in the test's own process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from app.context import Actor
from app.models import RosterImport, RosterImportRow, School, SchoolClass, User
from app.rules.imports.students import LABELS
from app.rules.permissions import Role
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.imports.pages.read import get_import, summary_of
from app.services.imports.pages.upload import confirm_import, recheck_import, start_import
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.imports.shared.summary import Summary
from app.vault import Vault
from samples.roster import make_rows
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW, VAULT_KEY, Sent, school_info

Row = Mapping[str, str]


def sheet_of(rows: Sequence[Row], *, fields: Sequence[str] | None = None) -> bytes:
    """The rows as an .xlsx with the manual's headers."""
    columns = list(fields or rows[0])
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([LABELS[field] for field in columns])
    for row in rows:
        sheet.append([row.get(field, "") for field in columns])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def cells_of(content: bytes) -> list[list[Any]]:
    """The cells of the first sheet of an .xlsx."""
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def plain_rows(school: SchoolInfo, count: int = 3, seed: int = 1) -> list[dict[str, str]]:
    """Invented students of a school."""
    return make_rows(count, seed, school.unit_code)


class Importer:
    """Imports into one school, as an administrator and the worker together would."""

    def __init__(self, school: SchoolInfo, sent: Sent, now: datetime = NOW) -> None:
        actor = Actor(role=Role.ADMINISTRATOR, name="教务老师", school_id=school.id)
        self.school = school
        self.units = UnitOfWorkFactory(
            school=school, actor=actor, now=lambda: now, enqueue=sent, vault=Vault(VAULT_KEY)
        )

    def start(self, content: bytes, filename: str = "学生.xlsx", **options: bool) -> int:
        """Upload a file."""
        with self.units() as ctx:
            return start_import(ctx, filename=filename, content=content, **options).id

    def check(self, rows: Sequence[Row] | bytes, **options: bool) -> int:
        """Upload and check."""
        import_id = self.start(rows if isinstance(rows, bytes) else sheet_of(rows), **options)
        run_check(self.units, import_id=import_id)
        return import_id

    def check_again(self, import_id: int, *, add_unit_code: bool = False) -> int:
        """Check the kept file anew."""
        with self.units() as ctx:
            recheck_import(ctx, import_id=import_id, add_unit_code=add_unit_code)
        run_check(self.units, import_id=import_id)
        return import_id

    def confirm(self, import_id: int, **choice: Any) -> int:
        """Confirm and apply."""
        with self.units() as ctx:
            confirm_import(ctx, import_id=import_id, **choice)
        run_apply(self.units, import_id=import_id)
        return import_id

    def do(self, rows: Sequence[Row] | bytes) -> int:
        """The whole way."""
        return self.confirm(self.check(rows))

    def read(self, import_id: int) -> RosterImport:
        """The import as stored."""
        with self.units() as ctx:
            return get_import(ctx, import_id=import_id)

    def summary(self, import_id: int) -> Summary:
        """Its summary."""
        return summary_of(self.read(import_id))

    def users(self) -> dict[str, User]:
        """Students by 学号."""
        with school_scope(self.school.id) as session:
            found = session.scalars(select(User).where(User.kind == "student"))
            return {user.student_no or "": user for user in found}

    def classes(self) -> list[SchoolClass]:
        """Classes by number."""
        with school_scope(self.school.id) as session:
            return list(session.scalars(select(SchoolClass).order_by(SchoolClass.number)))

    def rows(self, import_id: int) -> list[RosterImportRow]:
        """Staged rows by number."""
        with school_scope(self.school.id) as session:
            statement = select(RosterImportRow).where(RosterImportRow.import_id == import_id)
            return list(session.scalars(statement.order_by(RosterImportRow.row_no)))

    def write(self, import_id: int, **values: Any) -> None:
        """Write to an import behind its run's back."""
        with school_scope(self.school.id) as session:
            found = session.scalars(select(RosterImport).where(RosterImport.id == import_id)).one()
            for name, value in values.items():
                setattr(found, name, value)
            session.commit()

    def change(self, student_no: str, **values: Any) -> None:
        """Write to an account behind the import's back."""
        with school_scope(self.school.id) as session:
            user = session.scalars(select(User).where(User.student_no == student_no)).one()
            for name, value in values.items():
                setattr(user, name, value)
            session.commit()


@pytest.fixture
def importer_for(app_context: Flask, sent: Sent) -> Callable[[SchoolInfo], Importer]:
    """Make an importer for a school."""
    return lambda school: Importer(school, sent)


@pytest.fixture
def importer(importer_for: Callable[[SchoolInfo], Importer], school: SchoolInfo) -> Importer:
    """An importer into the test's school."""
    return importer_for(school)


@pytest.fixture
def sample_school(make_school: Callable[..., SchoolInfo]) -> SchoolInfo:
    """A school with the unit code of the sample files."""
    with db.engine.connect() as connection:
        found = connection.scalar(select(School.id).where(School.unit_code == "90001"))
    if found is not None:
        return school_info(found)
    return make_school(unit_code="90001", slug="samples", name="示例医学院")


def messages(problems: Iterable[Any]) -> list[str]:
    """The sentences of problems or groups."""
    return [str(problem.message) for problem in problems]
