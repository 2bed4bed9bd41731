"""The published versions of courses (版本记录), and telling the schools that have a course online what changed."""

from __future__ import annotations

from sqlalchemy import insert

from app.context import Context
from app.models import CourseVersion, CourseVersionOutbox


def announce_version(ctx: Context, version: CourseVersion) -> None:
    """Have the schools told of a new version of a released course; its first version is news to nobody."""
    if version.released and version.number > 1:
        row = insert(CourseVersionOutbox).values(school_id=version.school_id, version_id=version.id)
        ctx.session.execute(row)
