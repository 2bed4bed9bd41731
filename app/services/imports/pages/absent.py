"""Students whom a roster leaves out: listed for information, never changed by an import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, false, func, select

from app.context import Context
from app.models import RosterImport, RosterImportRow, SchoolClass, User
from app.services.imports.pages.read import get_import, summary_of
from app.services.shared.paging import LONG_PAGE_SIZE, Page, fetch_page

#: 同班级: in the classes that the file names; 同一入学年份: in its entry years, whatever the class.
Within = Literal["class", "year"]


@dataclass(frozen=True, slots=True)
class Absent:
    """A student who is not in the file."""

    student_no: str
    real_name: str
    class_name: str
    entry_year: int | None
    last_login_at: datetime | None


def count_absent(ctx: Context, *, import_id: int) -> dict[Within, int]:
    """Return how many active students of the file's classes, and of its entry years, are not in the file.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    return {within: _count(ctx, _condition(found, within)) for within in ("class", "year")}


def list_absent(ctx: Context, *, import_id: int, within: Within = "class", page: int = 1) -> Page[Absent]:
    """Return the students who are not in the file, class by class.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
    """
    condition = _condition(get_import(ctx, import_id=import_id), within)
    statement = (
        select(
            func.coalesce(User.student_no, ""),
            User.real_name,
            func.coalesce(SchoolClass.name, ""),
            User.entry_year,
            User.last_login_at,
        )
        .outerjoin(User.school_class)
        .where(condition)
        .order_by(SchoolClass.number, User.student_no)
    )
    return fetch_page(ctx.session, statement, Absent, page=page, size=LONG_PAGE_SIZE)


def _count(ctx: Context, condition: ColumnElement[bool]) -> int:
    return ctx.session.scalar(select(func.count()).select_from(User).where(condition)) or 0


def _condition(found: RosterImport, within: Within) -> ColumnElement[bool]:
    scope = summary_of(found).scope
    if found.kind != "students" or found.state not in ("checked", "applied"):
        return false()
    place = User.class_id.in_(scope.classes) if within == "class" else User.entry_year.in_(scope.years)
    in_file = exists().where(
        RosterImportRow.school_id == User.school_id,
        RosterImportRow.import_id == found.id,
        RosterImportRow.user_id == User.id,
    )
    return and_(User.kind == "student", User.status == "active", place, ~in_file)
