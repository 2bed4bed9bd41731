"""Recommendations (推荐, manual 7.1): a school recommends an approved own course; the secretariat accepts or declines.

An accepted course stays the school's (``courses.school_id``); it is released, so that the alliance can license it,
and names the school as its source. All of its rows are written in the school's scope.
"""

from __future__ import annotations

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import Course, CourseDraft, CourseRecommendation, CourseVersion
from app.rules.courses.fields import as_json
from app.rules.courses.review_states import CourseStatus
from app.rules.permissions import Action
from app.services.courses.fields import editable_course, live_content
from app.services.messages.notices import notify_administrators
from app.services.schools.directory import get_member, require_alliance
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require
from tenants.registry import SchoolInfo

NOTE_LENGTH = 500
_LINK = "/manage/offerings/?source=own"


def recommend_course(ctx: Context, *, course_id: int, note: str = "") -> CourseRecommendation:
    """Send the approved version of an own course to the secretariat, as it is now (「推荐」).

    Args:
        note: a message to the secretariat.

    Raises:
        Conflict: the course is not approved, or is recommended already.
        Invalid: ``note`` is too long.
        NotFound: no own course.
    """
    require(ctx, Action.RECOMMEND_COURSE)
    note = _text(note, "note")
    if ctx.school.is_alliance:
        raise NotFound(msg("没有找到这门课程"))
    course = editable_course(ctx, course_id=course_id, lock=True)
    if course.status != CourseStatus.APPROVED:
        raise Conflict(msg("只有「已通过」的课程才能推荐"))
    if _standing(ctx, course_id) is not None:
        raise Conflict(msg("课程已经推荐给联盟秘书处"))
    recommendation = CourseRecommendation(
        school_id=ctx.school.id,
        course_id=course.id,
        alliance_id=ctx.school.alliance_id,
        version=course.version,
        content=as_json(live_content(course)),
        cover=course.cover,
        note=note,
        recommended_by_name=ctx.actor.name,
        created_at=ctx.now(),
    )
    ctx.session.add(recommendation)
    ctx.session.flush()
    record(ctx, "course.recommended", "course", course.id, {"title": course.title})
    return recommendation


def withdraw_recommendation(ctx: Context, *, course_id: int) -> CourseRecommendation:
    """Withdraw a recommendation that the secretariat has not decided (「撤回推荐」).

    Raises:
        Conflict: it is decided already.
        NotFound: no own course, or not recommended.
    """
    require(ctx, Action.RECOMMEND_COURSE)
    course = editable_course(ctx, course_id=course_id, lock=True)
    recommendation = _standing(ctx, course.id)
    if recommendation is None:
        raise NotFound(msg("课程没有推荐，或联盟秘书处已经处理"))
    if recommendation.state != "open":
        raise Conflict(msg("联盟秘书处已经处理，不能撤回"))
    recommendation.state = "withdrawn"
    ctx.session.flush()
    record(ctx, "course.recommendation_withdrawn", "course", course.id, {"title": course.title})
    return recommendation


def accept_recommendation(
    ctx: Context, *, school_id: int, recommendation_id: int, answer: str = ""
) -> CourseRecommendation:
    """Accept a recommendation: the course can be licensed, with the school named as its source (「采纳」).

    Licences refer to the course's live version: what was recommended, or what the school has approved since.

    Raises:
        Conflict: withdrawn or decided meanwhile.
        Invalid: ``answer`` is too long.
        NotFound: no such recommendation to this alliance.
    """
    school = _school_of(ctx, school_id, recommendation_id)
    answer = _text(answer, "answer")
    with ctx.within(school) as inner:
        recommendation, course = _open(inner, recommendation_id)
        _release(inner, course)
        _decide(inner, recommendation, "accepted", answer)
        record(inner, "course.accepted", "course", course.id, {"title": course.title})
        body = msg("课程“%(title)s”已被联盟采纳，联盟可以将它授权给其他学校。", title=course.title)
        notify_administrators(inner, subject=msg("推荐的课程已被联盟采纳"), body=body, link=_LINK)
        facts = {"title": course.title, "school_id": school.id}
        inner.session.flush()
    record(ctx, "course.accepted", "course", recommendation.course_id, facts)
    return recommendation


def decline_recommendation(
    ctx: Context, *, school_id: int, recommendation_id: int, answer: str
) -> CourseRecommendation:
    """Decline a recommendation, with a reason, which the school is told (「不采纳」).

    Raises:
        Conflict: withdrawn or decided meanwhile.
        Invalid: ``answer`` is missing or too long.
        NotFound: no such recommendation to this alliance.
    """
    school = _school_of(ctx, school_id, recommendation_id)
    answer = _text(answer, "answer")
    if not answer:
        raise Invalid("answer", msg("请填写不采纳的原因，学校会看到"))
    with ctx.within(school) as inner:
        recommendation, course = _open(inner, recommendation_id)
        _decide(inner, recommendation, "declined", answer)
        facts = {"title": course.title, "reason": answer}
        record(inner, "course.declined", "course", course.id, facts)
        body = msg(
            "课程“%(title)s”未被联盟采纳。原因：%(reason)s。",
            title=course.title,
            reason=answer.rstrip("。."),
        )
        notify_administrators(inner, subject=msg("推荐的课程未被采纳"), body=body, link=_LINK)
        inner.session.flush()
    record(ctx, "course.declined", "course", recommendation.course_id, facts | {"school_id": school.id})
    return recommendation


def _school_of(ctx: Context, school_id: int, recommendation_id: int) -> SchoolInfo:
    """Return the school of a recommendation to this alliance; recommendations to other alliances are not found."""
    require(ctx, Action.REVIEW_RECOMMENDATION)
    require_alliance(ctx)
    there = select(CourseRecommendation.id).where(
        CourseRecommendation.alliance_id == ctx.school.id,
        CourseRecommendation.school_id == school_id,
        CourseRecommendation.id == recommendation_id,
    )
    if ctx.session.scalar(there) is None:
        raise NotFound(msg("没有找到这项推荐"))
    return get_member(ctx, school_id=school_id)


def _open(inner: Context, recommendation_id: int) -> tuple[CourseRecommendation, Course]:
    """Return the recommendation and its course, both locked; the course first, as the school's own services do."""
    of_school = CourseRecommendation.school_id == inner.school.id
    course_id = (
        select(CourseRecommendation.course_id)
        .where(of_school, CourseRecommendation.id == recommendation_id)
        .scalar_subquery()
    )
    course = inner.session.scalars(
        locking(
            select(Course).where(Course.school_id == inner.school.id, Course.id == course_id),
            Course,
            Hold.WRITE,
        )
    ).one()
    recommendation = inner.session.scalars(
        locking(
            select(CourseRecommendation).where(of_school, CourseRecommendation.id == recommendation_id),
            CourseRecommendation,
            Hold.WRITE,
        )
    ).one()
    if recommendation.state == "withdrawn":
        raise Conflict(msg("学校已撤回这项推荐"))
    if recommendation.state != "open":
        raise Conflict(msg("%(name)s 已经处理了这项推荐", name=recommendation.decided_by_name or "—"))
    return recommendation, course


def _release(inner: Context, course: Course) -> None:
    """Release the course with its live version, and write the school's name where its source is read or edited."""
    source = inner.school.name
    course.released, course.source_name = True, source
    # A person who has the course open for editing is told that it has changed.
    course.revision += 1
    inner.session.flush()
    version = inner.session.scalar(
        select(CourseVersion).where(
            CourseVersion.school_id == inner.school.id,
            CourseVersion.course_id == course.id,
            CourseVersion.number == course.version,
        )
    )
    if version is not None:
        version.released, version.content = True, version.content | {"source_name": source}
    draft = inner.session.scalar(
        select(CourseDraft).where(
            CourseDraft.school_id == inner.school.id, CourseDraft.course_id == course.id
        )
    )
    if draft is not None:
        draft.content = draft.content | {"source_name": source}
        draft.touched = draft.touched | {"source_name": course.revision}
    inner.session.flush()


def _decide(inner: Context, recommendation: CourseRecommendation, state: str, answer: str) -> None:
    recommendation.state, recommendation.answer = state, answer or None
    recommendation.decided_by_name, recommendation.decided_at = inner.actor.name, inner.now()
    inner.session.flush()


def _standing(ctx: Context, course_id: int) -> CourseRecommendation | None:
    """Return the course's recommendation that waits or was accepted, locked."""
    standing = select(CourseRecommendation).where(
        CourseRecommendation.school_id == ctx.school.id,
        CourseRecommendation.course_id == course_id,
        CourseRecommendation.state.in_(("open", "accepted")),
    )
    return ctx.session.scalar(locking(standing, CourseRecommendation, Hold.WRITE))


def _text(typed: str, field: str) -> str:
    text = typed.replace("\x00", "").strip()
    if len(text) > NOTE_LENGTH:
        raise Invalid(field, msg("超过 %(limit)s 个字符", limit=NOTE_LENGTH))
    return text
