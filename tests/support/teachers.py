"""Teacher rosters as files, with pictures, and their imports."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import select

from app.models import User
from app.rules.imports.teachers import LABELS
from app.services.imports.pages.answers import answer_questions
from app.services.imports.pages.upload import start_import
from app.services.imports.run.check import run_check
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import Sent
from tests.support.rosters import Importer

Row = Mapping[str, str]


def picture(colour: str = "navy", form: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    """A plain picture."""
    content = BytesIO()
    Image.new("RGB", size, colour).save(content, form)
    return content.getvalue()


def packed(pictures: Mapping[str, bytes]) -> bytes:
    """A .zip of these files."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in pictures.items():
            archive.writestr(name, data)
    return content.getvalue()


def teacher_sheet(rows: Sequence[Row]) -> bytes:
    """The rows as an .xlsx with the manual's headers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(LABELS.values()))
    for row in rows:
        sheet.append([row.get(field, "") for field in LABELS])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


class TeacherImporter(Importer):
    """Imports teachers into one school."""

    def send(self, rows: Sequence[Row] | bytes, pictures: Mapping[str, bytes] | bytes | None = None) -> int:
        """Upload and check."""
        archive = packed(pictures) if isinstance(pictures, Mapping) else pictures
        content = rows if isinstance(rows, bytes) else teacher_sheet(rows)
        with self.units() as ctx:
            import_id = start_import(
                ctx, filename="教师.xlsx", content=content, kind="teachers", pictures=archive
            ).id
        run_check(self.units, import_id=import_id)
        return import_id

    def bring(self, rows: Sequence[Row] | bytes, pictures: Mapping[str, bytes] | bytes | None = None) -> int:
        """The whole way."""
        return self.confirm(self.send(rows, pictures))

    def answer(self, import_id: int, answers: Mapping[int, int]) -> int:
        """Answer and check again."""
        with self.units() as ctx:
            answer_questions(ctx, import_id=import_id, answers=answers)
        run_check(self.units, import_id=import_id)
        return import_id

    def counts(self, import_id: int) -> tuple[int, int, int, int]:
        """To create, to change, unchanged, with problems."""
        counts = self.summary(import_id).counts
        return counts.create, counts.change, counts.unchanged, counts.problem

    def teachers(self) -> list[User]:
        """All teachers, in the order in which they came."""
        with school_scope(self.school.id) as session:
            return list(session.scalars(select(User).where(User.kind == "teacher").order_by(User.id)))


@pytest.fixture
def teachers(app_context: Flask, school: SchoolInfo, sent: Sent) -> TeacherImporter:
    """An importer of teachers into the test's school."""
    return TeacherImporter(school, sent)
