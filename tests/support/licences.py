"""Licences by reference, and sheets of them."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select

from app.context import Context
from app.models import Course, CourseLicence, LicenceImport
from app.services.licences.rows import CourseRef
from app.services.licences.sheet_import import start_licence_import
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope


def refs_of(*courses: Course) -> list[CourseRef]:
    """The courses by owner and number."""
    return [CourseRef(course.school_id, course.id) for course in courses]


def licence_sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    """The rows as an .xlsx, the first one as its header."""
    book = Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def check_sheet(ctx: Context, content: bytes) -> LicenceImport:
    """Upload a sheet; what it would do is kept with the import."""
    with unit_of_work(ctx) as inner:
        return start_licence_import(inner, filename="授权.xlsx", content=content)


def key_of(course: Course) -> str:
    """The course as forms name it."""
    return f"{course.school_id}-{course.id}"


def licensed(school: SchoolInfo) -> dict[int, CourseLicence]:
    """The licences of a school by course."""
    with school_scope(school.id) as session:
        return {one.course_id: one for one in session.scalars(select(CourseLicence))}
