"""The own courses of the demo's schools: drafts, pending, approved, revised, recommended and accepted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import select

from app.context import Actor, Context
from app.demo.data_files import cover_svg, load
from app.models import Course, CourseRecommendation, School, User
from app.rules.permissions import Role
from app.services.courses.create_and_release import CourseContent, create_own_course
from app.services.courses.drafts import open_draft, save_draft, set_cover
from app.services.courses.recommendations import accept_recommendation, recommend_course
from app.services.courses.reviews import review_course, submit_course
from app.services.offerings.dates import schedule_offering

#: Days from today: start and end of the course, start and end of registration.
_OPEN = (12, 96, -3, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOwnCourse:
    """A school's own course, and the steps that it has taken.

    Args:
        school: the slug of the school.
        teacher: the login name of the teacher who creates it.
        cover: the name of its cover.
        refused: the reason for rejecting the first submission; blank: not rejected.
        approved: whether the last submission is approved.
        revision: the changes that the teacher submitted after the approval; empty: no revision.
        note: the text of the recommendation; blank: not recommended.
        answer: the text with which the secretariat accepts it; blank: not answered yet.
    """

    school: str
    teacher: str
    content: CourseContent
    cover: str
    refused: str = ""
    approved: bool = True
    revision: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class DemoDraft:
    """A draft by the first teacher of a school, who is also the course's teacher if the content names none."""

    school: str
    content: CourseContent


@dataclass(frozen=True, slots=True)
class OwnCourses:
    """The content of ``own_courses.toml``: drafts, and courses that have been submitted for review."""

    drafts: tuple[DemoDraft, ...]
    reviewed: tuple[DemoOwnCourse, ...]


@cache
def own_courses() -> OwnCourses:
    """Return the own courses of the demo's schools."""
    return load(OwnCourses, "own_courses.toml")


def create_own_draft(ctx: Context, slug: str) -> None:
    """Let a school's first teacher create a draft, unless it exists."""
    content = next(draft.content for draft in own_courses().drafts if draft.school == slug)
    if ctx.session.scalar(select(Course.id).where(Course.title == content.title)) is not None:
        return
    teacher = ctx.session.scalars(select(User).where(User.login_name == "teacher1")).one()
    actor = Actor(role=Role.TEACHER, name=teacher.real_name, user_id=teacher.id, school_id=ctx.school.id)
    content = replace(content, teachers=content.teachers or teacher.real_name)
    create_own_course(replace(ctx, actor=actor), content=content)


def create_reviewed_courses(ctx: Context, slug: str) -> None:
    """Create a school's own courses and take the steps of each at the school itself."""
    for demo in own_courses().reviewed:
        existing = select(Course.id).where(
            Course.school_id == ctx.school.id, Course.title == demo.content.title
        )
        if demo.school == slug and ctx.session.scalar(existing) is None:
            _create_reviewed_course(ctx, demo)


def accept_recommended(ctx: Context, slug: str) -> None:
    """Let the secretariat, the actor of ``ctx``, accept the recommendations that have an answer."""
    answers = {
        demo.content.title: demo.answer
        for demo in own_courses().reviewed
        if demo.school == slug and demo.answer
    }
    waiting = (
        select(CourseRecommendation)
        .join(School, School.id == CourseRecommendation.school_id)
        .where(School.slug == slug, CourseRecommendation.state == "open")
    )
    for row in ctx.session.scalars(waiting).all():
        if answer := answers.get(row.content["title"]):
            accept_recommendation(ctx, school_id=row.school_id, recommendation_id=row.id, answer=answer)


def _create_reviewed_course(ctx: Context, demo: DemoOwnCourse) -> None:
    teacher = _as_person(ctx, User.login_name == demo.teacher, Role.TEACHER)
    administrator = _as_person(ctx, User.kind == "administrator", Role.ADMINISTRATOR)
    offering = create_own_course(teacher, content=demo.content)
    course_id = offering.course_id
    set_cover(teacher, course_id=course_id, content=cover_svg(demo.cover))
    dates = [ctx.today() + timedelta(days=days) for days in _OPEN]
    schedule_offering(
        teacher,
        offering_id=offering.id,
        starts_on=dates[0],
        ends_on=dates[1],
        registration_starts_on=dates[2],
        registration_ends_on=dates[3],
    )
    submit_course(teacher, course_id=course_id)
    if demo.refused:
        _decide(administrator, course_id, approve=False, reason=demo.refused)
        submit_course(teacher, course_id=course_id)
    if demo.approved:
        _decide(administrator, course_id, approve=True)
    if demo.revision:
        revision = open_draft(teacher, course_id=course_id).revision
        save_draft(teacher, course_id=course_id, revision=revision, values=demo.revision)
        submit_course(teacher, course_id=course_id)
    if demo.note:
        recommend_course(administrator, course_id=course_id, note=demo.note)


def _decide(administrator: Context, course_id: int, *, approve: bool, reason: str = "") -> None:
    revision = open_draft(administrator, course_id=course_id).revision
    review_course(administrator, course_id=course_id, revision=revision, approve=approve, reason=reason)


def _as_person(ctx: Context, condition: Any, role: Role) -> Context:
    user = ctx.session.scalars(
        select(User).where(User.school_id == ctx.school.id, condition).order_by(User.id).limit(1)
    ).one()
    actor = Actor(role=role, name=user.real_name, user_id=user.id, school_id=ctx.school.id)
    return replace(ctx, actor=actor)
