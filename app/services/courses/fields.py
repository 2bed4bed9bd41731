"""The mapping between the rows of courses and ``CourseContent``, and the check who may edit which course.

A course that has never been published has its content in its draft only; ``courses`` holds copies of the fields that
lists and searches need (``LISTED``). From the first publication on, ``courses`` holds the live content and nothing
else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from app.context import Context
from app.errors import Invalid, Message, NotFound, msg
from app.models import Course, CourseOffering
from app.rules.courses.assessment import as_json as assessment_as_json
from app.rules.courses.assessment import from_json as assessment_from_json
from app.rules.courses.fields import FIELDS, CourseContent
from app.rules.permissions import Action, Reach, reach
from app.rules.shared.pinyin import pinyin_of_title
from app.services.shared.locks import Hold, locking
from app.services.shared.own_classes_and_courses import reachable_offerings
from app.services.shared.refusals import unique
from app.services.shared.require_permission import require

INITIALS_LENGTH = 100
LISTED = ("title", "code", "category", "subject", "teachers", "source_name")


def is_live(course: Course) -> bool:
    """Return whether the row of ``courses`` holds content that was published."""
    return course.version > 0 or course.released or course.status == "approved"


def live_content(course: Course) -> CourseContent:
    """Return the content that ``courses`` holds."""
    values = {name: getattr(course, name) for name in FIELDS if name != "cover"}
    return CourseContent(
        **values
        | {
            "code": course.code or "",
            "tags": tuple(course.tags),
            "cover": course.cover_sha or "",
            "assessment": None if course.assessment is None else assessment_from_json(course.assessment),
        }
    )


def write_content(ctx: Context, course: Course, content: CourseContent, *, only: tuple[str, ...]) -> None:
    """Write fields of the content to the course's row, a new or an existing one.

    Raises:
        Invalid: another course of the owner has this title or code.
    """
    columns = _columns(content, only)
    refusals = {
        "uq_courses_school_id_title": Invalid("title", _taken_message("title", content)),
        "uq_courses_school_id_code": Invalid("code", _taken_message("code", content)),
    }
    with unique(ctx, refusals):
        for name, value in columns.items():
            setattr(course, name, value)
        ctx.session.add(course)


def taken(ctx: Context, content: CourseContent, *, course_id: int | None) -> dict[str, Message]:
    """Return the fields that another course of the owner already uses, title or code: field -> sentence."""
    # No row contains NUL, and PostgreSQL refuses to compare with it.
    title, code = content.title.replace("\0", ""), content.code.replace("\0", "")
    same = or_(Course.title == title, Course.code == (code or None))
    query = select(Course.title, Course.code).where(Course.school_id == ctx.school.id, same)
    found: dict[str, Message] = {}
    for its_title, its_code in ctx.session.execute(query.where(Course.id != (course_id or 0))):
        if its_title == title:
            found["title"] = _taken_message("title", content)
        if code and its_code == code:
            found["code"] = _taken_message("code", content)
    return found


def require_editing(ctx: Context) -> None:
    """Check that the actor may edit courses here: the secretariat at the alliance, staff at a school.

    Raises:
        NotAllowed: the actor's role may not.
    """
    require(ctx, Action.MANAGE_ALLIANCE_COURSES if ctx.school.is_alliance else Action.EDIT_COURSE)


def editable_course(ctx: Context, *, course_id: int, lock: bool = False) -> Course:
    """Return a course of this owner that the actor may edit: for teachers a course that they run or assist in.

    Args:
        lock: keep others from saving or publishing it until the unit of work ends.

    Raises:
        NotFound: there is no such course.
    """
    require_editing(ctx)
    query = select(Course).where(Course.school_id == ctx.school.id, Course.id == course_id)
    if not ctx.school.is_alliance and reach(ctx.actor.role, Action.EDIT_COURSE) is Reach.OWN:
        own = (
            select(CourseOffering.id)
            .where(
                CourseOffering.school_id == Course.school_id,
                CourseOffering.course_owner_id == Course.school_id,
                CourseOffering.course_id == Course.id,
                reachable_offerings(ctx, Action.EDIT_COURSE),
            )
            .exists()
        )
        query = query.where(own)
    if lock:
        query = locking(query, Course, Hold.WRITE)
    course = ctx.session.scalar(query)
    if course is None:
        raise NotFound(msg("没有找到这门课程"))
    return course


def _columns(content: CourseContent, only: tuple[str, ...]) -> dict[str, Any]:
    full, initials = pinyin_of_title(content.title)
    values: dict[str, Any] = {name: getattr(content, name) for name in only if name != "cover"}
    values |= {"title_pinyin": full, "title_initials": initials[:INITIALS_LENGTH]}
    if "code" in only:
        values["code"] = content.code or None
    if "tags" in only:
        values["tags"] = list(content.tags)
    if "assessment" in only:
        values["assessment"] = assessment_as_json(content.assessment) if content.assessment else None
    return values


def _taken_message(field: str, content: CourseContent) -> Message:
    if field == "code":
        return msg("已有代码为“%(code)s”的课程", code=content.code)
    return msg("已有名为“%(title)s”的课程", title=content.title)
