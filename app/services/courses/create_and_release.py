"""Creating courses of the alliance (联盟慕课) or of a school (本校), releasing them, and publishing versions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, Invalid, InvalidFields, NotAllowed, NotFound, msg
from app.models import Course, CourseLicence, CourseOffering, CourseVersion
from app.rules.courses.fields import CourseContent, cleaned, missing_for_release, problems
from app.rules.offerings.semesters import term_of
from app.rules.permissions import Action, Role
from app.services.courses.drafts import NOTE_LENGTH, draft_of, publish_draft, set_cover, start_draft, view_of
from app.services.courses.fields import LISTED, editable_course, taken, write_content
from app.services.schools.directory import require_alliance
from app.services.schools.quotas import require_room_for_course
from app.services.shared.audit import record
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import account_here, require
from app.services.shared.search import course_matches

__all__ = [
    "CourseContent",
    "CourseRow",
    "create_course",
    "create_own_course",
    "get_course",
    "list_courses",
    "publish_version",
    "release_course",
    "set_cover",
]


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course in the secretariat's list, with the number of schools that have it."""

    course: Course
    licences: int


def list_courses(ctx: Context, *, text: str = "", state: str | None = None, page: int = 1) -> Page[CourseRow]:
    """Return one page of the alliance's courses, the newest first.

    Args:
        text: part of title, teachers, source or category, or pinyin of the title.
        state: ``released`` or ``draft``; ``None`` for both.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    _require_secretariat(ctx)
    licences = (
        select(func.count())
        .select_from(CourseLicence)
        .where(CourseLicence.course_owner_id == Course.school_id, CourseLicence.course_id == Course.id)
        .correlate(Course)
        .scalar_subquery()
    )
    query = select(Course, licences).where(Course.school_id == ctx.school.id, course_matches(text))
    if state:
        query = query.where(Course.released.is_(state == "released"))
    return fetch_page(ctx.session, query.order_by(Course.id.desc()), CourseRow, page=page)


def get_course(ctx: Context, *, course_id: int) -> Course:
    """Return a course of the alliance.

    Raises:
        NotFound: there is no such course.
    """
    _require_secretariat(ctx)
    course = ctx.session.scalar(
        select(Course).where(Course.school_id == ctx.school.id, Course.id == course_id)
    )
    if course is None:
        raise NotFound(msg("没有找到这门课程"))
    return course


def create_course(ctx: Context, *, content: CourseContent) -> Course:
    """Create an alliance course; only the secretariat sees it before it is released.

    Raises:
        Invalid: with the field and the reason.
    """
    _require_secretariat(ctx)
    return _create(ctx, content)


def create_own_course(ctx: Context, *, content: CourseContent) -> CourseOffering:
    """Create a course of the school (本校慕课) with its offering of today's term; a teacher who creates it runs it.

    Raises:
        Invalid: with the field and the reason.
        NotAllowed: the host is the alliance's, or the actor is not staff.
        Conflict: the school has reached its limit of own courses.
    """
    require(ctx, Action.CREATE_COURSE)
    if ctx.school.is_alliance:
        raise NotAllowed(msg("此操作只能由学校进行"))
    require_room_for_course(ctx)
    course = _create(ctx, content)
    offering = CourseOffering(
        school_id=ctx.school.id,
        course_owner_id=ctx.school.id,
        course_id=course.id,
        term=term_of(ctx.today()),
        operating_teacher_id=course.created_by if ctx.actor.role is Role.TEACHER else None,
    )
    ctx.session.add(offering)
    ctx.session.flush()
    return offering


def release_course(ctx: Context, *, course_id: int) -> Course:
    """Release a course to the alliance: publish its first version, allow licences, and show it on the alliance's pages.

    Raises:
        Conflict: it is released already, or something is missing.
        NotFound: there is no such course.
    """
    _require_secretariat(ctx)
    course = editable_course(ctx, course_id=course_id, lock=True)
    if course.released:
        raise Conflict(msg("课程已经发布"))
    _refuse_incomplete(ctx, course)
    course.released, course.status = True, "approved"
    publish_draft(ctx, course=course)
    record(ctx, "course.released", "course", course.id, {"title": course.title})
    return course


def publish_version(ctx: Context, *, course_id: int, revision: int, note: str) -> CourseVersion:
    """Publish the edited content to every school that has the course (「发布新版本」); they are told what changed.

    Args:
        revision: of the working copy that the publisher has read.
        note: what changed, in a sentence or two.

    Raises:
        Conflict: not released yet, nothing changed, changed by somebody else meanwhile, or something is missing.
        Invalid: the note is missing or too long (field ``note``).
        NotFound: there is no such course.
    """
    _require_secretariat(ctx)
    course = editable_course(ctx, course_id=course_id, lock=True)
    if not course.released:
        raise Conflict(msg("课程尚未发布"))
    if not note.strip():
        raise Invalid("note", msg("请说明修改了什么，使用该课程的学校会看到"))
    if len(note) > NOTE_LENGTH:
        raise Invalid("note", msg("超过 %(limit)s 个字符", limit=NOTE_LENGTH))
    view = view_of(course, draft_of(ctx, course))
    if not view.changed:
        raise Conflict(msg("没有未发布的修改"))
    if view.revision != revision:
        raise Conflict(msg("%(name)s 刚刚又修改了课程，请核对后再发布", name=view.edited_by_name))
    _refuse_incomplete(ctx, course)
    return publish_draft(ctx, course=course, note=note)


def _refuse_incomplete(ctx: Context, course: Course) -> None:
    for message in missing_for_release(view_of(course, draft_of(ctx, course)).content).values():
        raise Conflict(message)


def _require_secretariat(ctx: Context) -> None:
    require(ctx, Action.MANAGE_ALLIANCE_COURSES)
    require_alliance(ctx)


def _create(ctx: Context, content: CourseContent) -> Course:
    content = cleaned(content)
    wrong = problems(content) or taken(ctx, content, course_id=None)
    if wrong:
        raise InvalidFields(wrong)
    course = Course(
        school_id=ctx.school.id,
        created_by=account_here(ctx),
        version=0,
        revision=0,
        released=False,
        status="draft",
    )
    write_content(ctx, course, content, only=LISTED)
    start_draft(ctx, course, content)
    record(ctx, "course.created", "course", course.id, {"title": course.title})
    return course
