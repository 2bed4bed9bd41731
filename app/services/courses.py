"""Courses of the alliance (联盟慕课), written by the secretariat and released to the schools."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from psycopg.errors import UniqueViolation
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotFound, msg
from app.models import Course, CourseLicence
from app.rules.html import rich_text
from app.rules.permissions import Action
from app.rules.pinyin import pinyin_of_title
from app.services.access import require
from app.services.audit import record
from app.services.course_search import course_matches
from app.services.images import COVER_SIZE, clean_image
from app.services.paging import Page
from app.services.tenancy import require_alliance

PAGE_SIZE = 20
DESCRIPTION_LENGTH = 50_000
MOST_HOURS = 1000
MOST_CREDIT = Decimal(20)

#: field -> characters; the columns of ``courses`` have the same widths.
LENGTHS = {"title": 100, "category": 32, "source_name": 64, "teachers": 200, "summary": 300}
INITIALS_LENGTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseContent:
    """What a course is about (基本信息).

    Args:
        title: the name.
        category: e.g. 临床医学.
        source_name: the school or body that made it.
        teachers: names of the teachers, as they are shown.
        summary: two or three sentences for lists.
        description: rich text, or plain text with empty lines between paragraphs.
        hours: hours of teaching (学时).
        credit: credit points (学分), in halves.
    """

    title: str
    category: str
    source_name: str = ""
    teachers: str = ""
    summary: str = ""
    description: str = ""
    hours: int | None = None
    credit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course as the secretariat's list shows it, with the number of schools that have it."""

    course: Course
    licences: int


def list_courses(ctx: Context, *, text: str = "", state: str | None = None, page: int = 1) -> Page[CourseRow]:
    """The alliance's courses, the newest first.

    Args:
        text: part of title, teachers, source or category, or pinyin of the title.
        state: ``released`` or ``draft``; ``None`` for both.

    Raises:
        NotAllowed: not the secretariat.
    """
    _require_secretariat(ctx)
    licences = (
        select(func.count())
        .select_from(CourseLicence)
        .where(CourseLicence.course_owner_id == Course.school_id, CourseLicence.course_id == Course.id)
        .correlate(Course)
        .scalar_subquery()
    )
    wanted = select(Course, licences, func.count().over()).where(Course.school_id == ctx.school.id)
    if text.strip():
        wanted = wanted.where(course_matches(text))
    if state:
        wanted = wanted.where(Course.released.is_(state == "released"))
    rows = ctx.session.execute(
        wanted.order_by(Course.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return Page(tuple(CourseRow(row[0], row[1]) for row in rows), rows[0][2] if rows else 0, page, PAGE_SIZE)


def get_course(ctx: Context, *, course_id: int) -> Course:
    """A course of the alliance.

    Raises:
        NotFound: none.
    """
    _require_secretariat(ctx)
    course = ctx.session.scalar(
        select(Course).where(Course.school_id == ctx.school.id, Course.id == course_id)
    )
    if course is None:
        raise NotFound(msg("没有找到这门课程"))
    return course


def create_course(ctx: Context, *, content: CourseContent) -> Course:
    """Create an alliance course; nobody else sees it before it is released.

    Raises:
        Invalid: with the field and the reason.
    """
    _require_secretariat(ctx)
    course = Course(school_id=ctx.school.id)
    _write(ctx, course, _columns(_checked(content)))
    record(ctx, "course.created", "course", course.id, {"title": course.title})
    return course


def edit_course(ctx: Context, *, course_id: int, content: CourseContent) -> Course:
    """Change what a course is about; schools that have it see the change at once.

    Raises:
        Invalid: with the field and the reason; what a released course needs cannot be emptied.
        NotFound: none.
    """
    course = get_course(ctx, course_id=course_id)
    values = _columns(_checked(content))
    changed = sorted(name for name, value in values.items() if getattr(course, name) != value)
    if not changed:
        return course
    _write(ctx, course, values)
    if course.released and (missing := missing_for_release(course)):
        field, message = next(iter(missing.items()))
        raise Invalid(field, message)
    record(ctx, "course.edited", "course", course.id, {"changed": changed})
    return course


def set_cover(ctx: Context, *, course_id: int, content: bytes) -> Course:
    """Give a course a cover, cut to 640 × 360.

    Raises:
        Invalid: the picture is refused (field ``cover``).
        NotFound: none.
    """
    course = get_course(ctx, course_id=course_id)
    picture = clean_image(content, size=COVER_SIZE, crop=True, field="cover")
    course.cover, course.cover_sha = picture.content, picture.sha
    ctx.session.flush()
    record(ctx, "course.cover_changed", "course", course.id, {"sha": picture.sha})
    return course


def release_course(ctx: Context, *, course_id: int) -> Course:
    """Release a course to the alliance: it can be licensed, and the apex shows it.

    Raises:
        Conflict: it is released already, or something is missing.
        NotFound: none.
    """
    course = get_course(ctx, course_id=course_id)
    if course.released:
        raise Conflict(msg("课程已经发布"))
    for message in missing_for_release(course).values():
        raise Conflict(message)
    course.released, course.status = True, "approved"
    ctx.session.flush()
    record(ctx, "course.released", "course", course.id, {"title": course.title})
    return course


def missing_for_release(course: Course) -> dict[str, Message]:
    """What a course lacks before it can be released: field -> sentence."""
    needed = {
        "teachers": msg("请填写授课教师"),
        "summary": msg("请填写课程简介"),
        "description": msg("请填写课程介绍"),
    }
    return {field: message for field, message in needed.items() if not getattr(course, field)}


def _require_secretariat(ctx: Context) -> None:
    require(ctx, Action.MANAGE_ALLIANCE_COURSES)
    require_alliance(ctx)


def _checked(content: CourseContent) -> CourseContent:
    texts = {field: " ".join(getattr(content, field).split()) for field in LENGTHS}
    if not texts["title"]:
        raise Invalid("title", msg("请填写课程名称"))
    if not texts["category"]:
        raise Invalid("category", msg("请填写课程分类"))
    for field, limit in LENGTHS.items():
        if len(texts[field]) > limit:
            raise Invalid(field, msg("超过 %(limit)s 个字符", limit=limit))
    description = rich_text(content.description)
    if len(description) > DESCRIPTION_LENGTH:
        raise Invalid("description", msg("超过 %(limit)s 个字符", limit=DESCRIPTION_LENGTH))
    if content.hours is not None and not 1 <= content.hours <= MOST_HOURS:
        raise Invalid("hours", msg("学时应为 1 至 %(most)s 的整数", most=MOST_HOURS))
    if content.credit is not None and not _is_credit(content.credit):
        raise Invalid("credit", msg("学分应为 0.5 至 %(most)s，以 0.5 为单位", most=int(MOST_CREDIT)))
    return replace(content, **texts, description=description)  # type: ignore[arg-type]


def _is_credit(credit: Decimal) -> bool:
    return credit.is_finite() and 0 < credit <= MOST_CREDIT and credit * 2 == int(credit * 2)


def _columns(content: CourseContent) -> dict[str, object]:
    full, initials = pinyin_of_title(content.title)
    return asdict(content) | {"title_pinyin": full, "title_initials": initials[:INITIALS_LENGTH]}


def _write(ctx: Context, course: Course, values: dict[str, object]) -> None:
    try:
        # A savepoint begins with a flush, so what may be refused is set inside it.
        with ctx.session.begin_nested():
            for name, value in values.items():
                setattr(course, name, value)
            ctx.session.add(course)
            ctx.session.flush()
    except IntegrityError as error:
        if isinstance(error.orig, UniqueViolation):
            raise Invalid("title", msg("已有名为“%(title)s”的课程", title=str(values["title"]))) from error
        raise
