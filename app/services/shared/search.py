"""How courses are searched, wherever there is a search box."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from app.models import Course


def course_matches(text: str) -> ColumnElement[bool]:
    """Courses whose title, teachers, source, discipline, subject or code hold the text, or whose title sounds like it.

    Args:
        text: what was typed; pinyin of the title in full, or the beginning of its initials.
    """
    text = text.strip()
    compact = "".join(text.lower().split())
    return (
        Course.title.icontains(text, autoescape=True)
        | Course.teachers.icontains(text, autoescape=True)
        | Course.source_name.icontains(text, autoescape=True)
        | Course.category.icontains(text, autoescape=True)
        | Course.subject.icontains(text, autoescape=True)
        | Course.code.istartswith(text, autoescape=True)
        | Course.title_pinyin.contains(compact, autoescape=True)
        | Course.title_initials.startswith(compact, autoescape=True)
    )
