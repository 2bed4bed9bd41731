"""Own courses of the demo's schools: begun, waiting for review, approved, revised, recommended, accepted."""

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
from app.services.offerings.schedule import schedule_offering

#: Days from today: start, end, registration's start and end.
_OPEN = (12, 96, -3, 18)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOwnCourse:
    """An own course of a school and how far it has come.

    Args:
        school: its slug.
        teacher: login name of the teacher who makes it.
        cover: the name of its cover.
        refused: why the first submission was refused, if it was.
        approved: whether the (last) submission was approved.
        revision: what the teacher changed after the approval and submitted; nothing: no revision waits.
        note: the words with which it was recommended; blank: it is not.
        answer: the words with which the secretariat accepted it; blank: it waits.
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
    """What the first teacher of a school has begun; its teachers are that teacher, if it names none."""

    school: str
    content: CourseContent


@dataclass(frozen=True, slots=True)
class OwnCourses:
    """The content of ``own_courses.toml``: drafts, and what has gone on from there."""

    begun: tuple[DemoDraft, ...]
    reviewed: tuple[DemoOwnCourse, ...]


@cache
def own_courses() -> OwnCourses:
    """The own courses of the demo's schools."""
    return load(OwnCourses, "own_courses.toml")


def begin_own_course(ctx: Context, slug: str) -> None:
    """Let a school's first teacher begin a course, unless it is there."""
    content = next(begun.content for begun in own_courses().begun if begun.school == slug)
    if ctx.session.scalar(select(Course.id).where(Course.title == content.title)) is not None:
        return
    teacher = ctx.session.scalars(select(User).where(User.login_name == "teacher1")).one()
    actor = Actor(role=Role.TEACHER, name=teacher.real_name, user_id=teacher.id, school_id=ctx.school.id)
    written = replace(content, teachers=content.teachers or teacher.real_name)
    create_own_course(replace(ctx, actor=actor), content=written)


def bring_on_the_way(ctx: Context, slug: str) -> None:
    """Make the own courses of a school and bring each as far as it has come at the school itself."""
    for demo in own_courses().reviewed:
        there = select(Course.id).where(Course.school_id == ctx.school.id, Course.title == demo.content.title)
        if demo.school == slug and ctx.session.scalar(there) is None:
            _bring(ctx, demo)


def accept_recommended(ctx: Context, slug: str) -> None:
    """Let the secretariat, who acts in ``ctx``, accept what it has an answer for."""
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


def _bring(ctx: Context, demo: DemoOwnCourse) -> None:
    teacher = _acting(ctx, User.login_name == demo.teacher, Role.TEACHER)
    office = _acting(ctx, User.kind == "administrator", Role.ADMINISTRATOR)
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
        _decide(office, course_id, approve=False, reason=demo.refused)
        submit_course(teacher, course_id=course_id)
    if demo.approved:
        _decide(office, course_id, approve=True)
    if demo.revision:
        revision = open_draft(teacher, course_id=course_id).revision
        save_draft(teacher, course_id=course_id, revision=revision, values=demo.revision)
        submit_course(teacher, course_id=course_id)
    if demo.note:
        recommend_course(office, course_id=course_id, note=demo.note)


def _decide(office: Context, course_id: int, *, approve: bool, reason: str = "") -> None:
    revision = open_draft(office, course_id=course_id).revision
    review_course(office, course_id=course_id, revision=revision, approve=approve, reason=reason)


def _acting(ctx: Context, who: Any, role: Role) -> Context:
    user = ctx.session.scalars(
        select(User).where(User.school_id == ctx.school.id, who).order_by(User.id).limit(1)
    ).one()
    actor = Actor(role=role, name=user.real_name, user_id=user.id, school_id=ctx.school.id)
    return replace(ctx, actor=actor)
