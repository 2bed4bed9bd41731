"""The pictures that pages show: schools' logos and courses' covers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.context import Context
from app.errors import NotFound, msg
from app.models import Course, School

#: A course whose cover can be shown.
CoveredCourse = Course


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as stored (WebP); ``shared`` means that every visitor of every school may see it."""

    content: bytes
    shared: bool


def get_logo(ctx: Context, *, school_id: int, sha: str) -> Picture:
    """Return a school's logo, which is public everywhere.

    Args:
        sha: the fingerprint in the address; an outdated one is not found.

    Raises:
        NotFound: no such school, or another logo by now.
    """
    found = ctx.session.execute(
        select(School.logo).where(School.id == school_id, School.logo_sha == sha, School.logo.is_not(None))
    ).first()
    return Picture(_content(found), shared=True)


def get_cover(ctx: Context, *, owner_id: int, course_id: int, sha: str) -> Picture:
    """Return the cover of a course that this school may see: its own, or one released to the alliance.

    Raises:
        NotFound: no such course here, or another cover by now.
    """
    found = ctx.session.execute(
        select(Course.cover, Course.released).where(
            Course.school_id == owner_id,
            Course.id == course_id,
            Course.cover_sha == sha,
            Course.cover.is_not(None),
        )
    ).first()
    return Picture(_content(found), shared=bool(found and found[1]))


def _content(found: object) -> bytes:
    if found is None:
        raise NotFound(msg("没有这张图片"))
    return bytes(found[0])  # type: ignore[index]
