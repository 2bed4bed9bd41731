"""The working copy of a course, as it is stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.models import CourseDraft
from tenants.registry import SchoolInfo
from tenants.scope import school_scope


def draft_of(school: SchoolInfo) -> dict[str, Any]:
    """The content of the one working copy of a school."""
    with school_scope(school.id) as session:
        return session.scalars(select(CourseDraft.content)).one()
