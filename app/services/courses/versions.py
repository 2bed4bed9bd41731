"""The published versions of courses (版本记录): read by the owner, and by the schools that a released course is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, insert, or_, select

from app.context import Context
from app.models import CourseLicence, CourseVersion, CourseVersionOutbox
from app.services.shared.paging import Page, fetch_page


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A line of the change log; ``published_by`` is blank at other schools, which do not know the owner's people."""

    number: int
    changed: Sequence[str]
    note: str
    published_at: datetime
    published_by: str


def list_versions(ctx: Context, *, owner_id: int, course_id: int, page: int = 1) -> Page[VersionRow]:
    """Return the versions, newest first, of an own course or of one for which the school has a licence.

    Args:
        owner_id: the school (or the alliance) that owns the course.
    """
    licensed = (
        select(CourseLicence.id)
        .where(
            CourseLicence.school_id == ctx.school.id,
            CourseLicence.course_owner_id == CourseVersion.school_id,
            CourseLicence.course_id == CourseVersion.course_id,
        )
        .exists()
    )
    query = (
        select(CourseVersion)
        .where(CourseVersion.school_id == owner_id, CourseVersion.course_id == course_id)
        .where(or_(CourseVersion.school_id == ctx.school.id, and_(CourseVersion.released, licensed)))
        .order_by(CourseVersion.number.desc())
    )
    own = owner_id == ctx.school.id

    def row(version: CourseVersion) -> VersionRow:
        by = version.published_by_name if own else ""
        return VersionRow(version.number, version.changed, version.note, version.published_at, by)

    return fetch_page(ctx.session, query, row, page=page)


def announce_version(ctx: Context, version: CourseVersion) -> None:
    """Queue notices to schools about a new version of a released course; a version without changes causes none."""
    if version.released and version.changed:
        row = insert(CourseVersionOutbox).values(school_id=version.school_id, version_id=version.id)
        ctx.session.execute(row)
