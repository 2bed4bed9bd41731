"""Queries for the review of own courses: the waiting list, a course beside its live version, its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import Course, CourseDraft, CourseOffering, CourseRecommendation, CourseReview
from app.rules.courses.review_states import CourseStatus, Standing, Step, is_possible
from app.rules.permissions import Action, may
from app.services.courses.drafts import DraftView, draft_of, view_of
from app.services.courses.fields import editable_course
from app.services.courses.reviews import missing_for_submission, standing_of
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import course_matches, words

#: The filters of the list of reviews.
WAITING, DECIDED = "waiting", "decided"
_DRAFT = and_(CourseDraft.school_id == Course.school_id, CourseDraft.course_id == Course.id)


@dataclass(frozen=True, slots=True)
class ReviewStep:
    """A step of a review (``app.rules.courses.review_states.Step``), with its reason."""

    step: str
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A course in the list of reviews; ``step`` is its last step, ``first`` means that it was never approved before."""

    course_id: int
    title: str
    category: str
    standing: Standing
    first: bool
    step: ReviewStep


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """A course as its reviewer sees it.

    Args:
        view: the submitted content beside the live content.
        standing: the states of both.
        offerings: its offerings at the school, the latest first.
        steps: all steps, the latest first.
    """

    view: DraftView
    standing: Standing
    offerings: tuple[CourseOffering, ...]
    steps: tuple[ReviewStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStatus:
    """The actions and states on the page of an own course for the acting person.

    Args:
        course_id: of the course.
        standing: the states of the course and its working copy.
        missing: what has to be filled in before it can be submitted; empty while nothing can be submitted.
        refusal: the last decision when it was 不通过, until the course is submitted again.
        recommendation: the last recommendation that was not withdrawn.
        may_submit: whether this person may submit the course (提交审核).
        may_review: whether the course waits for this person's decision.
        may_take_off: whether this person may turn 「已通过」 into 不通过.
        may_recommend: whether this person may recommend it.
        may_withdraw: whether this person may withdraw the recommendation.
    """

    course_id: int
    standing: Standing
    missing: Mapping[str, Message]
    refusal: ReviewStep | None
    recommendation: CourseRecommendation | None
    may_submit: bool
    may_review: bool
    may_take_off: bool
    may_recommend: bool
    may_withdraw: bool


def count_waiting(ctx: Context) -> int:
    """Return how many own courses and revisions wait for a review; 0 for actors who do not review."""
    if not may(ctx.actor.role, Action.REVIEW_COURSE) or ctx.school.is_alliance:
        return 0
    statement = select(func.count()).select_from(Course).outerjoin(CourseDraft, _DRAFT)
    return ctx.session.scalar(statement.where(Course.school_id == ctx.school.id, _waits())) or 0


def list_reviews(ctx: Context, *, state: str = WAITING, text: str = "", page: int = 1) -> Page[ReviewRow]:
    """Return one page of the courses that wait, the longest waiting first, or of the decided ones, the latest first.

    Args:
        state: ``waiting`` or ``decided``.
        text: as ``course_matches``.

    Raises:
        NotAllowed: the actor does not review.
    """
    require(ctx, Action.REVIEW_COURSE)
    latest = (
        select(func.max(CourseReview.id))
        .where(CourseReview.school_id == Course.school_id, CourseReview.course_id == Course.id)
        .correlate(Course)
        .scalar_subquery()
    )
    last = and_(CourseReview.school_id == Course.school_id, CourseReview.id == latest)
    title = func.coalesce(CourseDraft.content["title"].astext, Course.title)
    statement = (
        select(Course, CourseDraft.state, title, CourseReview)
        .join(CourseReview, last)
        .outerjoin(CourseDraft, _DRAFT)
        .where(Course.school_id == ctx.school.id, _waits() if state == WAITING else ~_waits())
        .where(or_(course_matches(text), words(text, title)))
    )
    order = CourseReview.id if state == WAITING else CourseReview.id.desc()
    return fetch_page(ctx.session, statement.order_by(order), _row, page=page)


def get_review_page(ctx: Context, *, course_id: int) -> ReviewPage:
    """Return an own course as its reviewer sees it.

    Raises:
        NotAllowed: the actor does not review.
        NotFound: it is no own course.
    """
    require(ctx, Action.REVIEW_COURSE)
    if ctx.school.is_alliance:
        raise NotFound(msg("没有找到这门课程"))
    course = editable_course(ctx, course_id=course_id)
    draft = draft_of(ctx, course)
    offerings = ctx.session.scalars(
        select(CourseOffering)
        .where(
            CourseOffering.school_id == ctx.school.id,
            CourseOffering.course_owner_id == ctx.school.id,
            CourseOffering.course_id == course_id,
        )
        .order_by(CourseOffering.id.desc())
    )
    return ReviewPage(
        view=view_of(course, draft),
        standing=standing_of(course, draft),
        offerings=tuple(offerings),
        steps=_steps(ctx, course),
    )


def get_own_status(ctx: Context, *, course_id: int) -> OwnStatus:
    """Return the actions and states on the page of an own course for the acting person.

    Raises:
        NotFound: it is no own course, or the actor does not run it.
    """
    course = editable_course(ctx, course_id=course_id)
    draft = draft_of(ctx, course)
    standing, role = standing_of(course, draft), ctx.actor.role
    submits = is_possible(standing, Step.SUBMIT) and may(role, Action.SUBMIT_COURSE)
    recommendation = ctx.session.scalar(
        select(CourseRecommendation)
        .where(
            CourseRecommendation.school_id == course.school_id,
            CourseRecommendation.course_id == course.id,
            CourseRecommendation.state != "withdrawn",
        )
        .order_by(CourseRecommendation.id.desc())
        .limit(1)
    )
    state = recommendation.state if recommendation is not None else ""
    recommends = may(role, Action.RECOMMEND_COURSE)
    return OwnStatus(
        course_id=course.id,
        standing=standing,
        missing=missing_for_submission(ctx, course, draft) if submits else {},
        refusal=_refusal(ctx, course),
        recommendation=recommendation,
        may_submit=submits,
        may_review=standing.waits and may(role, Action.REVIEW_COURSE),
        may_take_off=is_possible(standing, Step.TAKE_OFF) and may(role, Action.REVIEW_COURSE),
        may_recommend=(
            recommends and standing.course is CourseStatus.APPROVED and state not in ("open", "accepted")
        ),
        may_withdraw=recommends and state == "open",
    )


def _waits() -> ColumnElement[bool]:
    revision = func.coalesce(CourseDraft.state, "") == CourseStatus.PENDING
    return or_(Course.status == CourseStatus.PENDING, revision)


def _steps(ctx: Context, course: Course, *, limit: int | None = None) -> tuple[ReviewStep, ...]:
    statement = (
        select(CourseReview)
        .where(CourseReview.school_id == ctx.school.id, CourseReview.course_id == course.id)
        .order_by(CourseReview.id.desc())
        .limit(limit)
    )
    return tuple(_step(row) for row in ctx.session.scalars(statement))


def _refusal(ctx: Context, course: Course) -> ReviewStep | None:
    """Return the last step if it was 不通过; it stays in view until the course is submitted again."""
    last = _steps(ctx, course, limit=1)
    return last[0] if last and last[0].step in (Step.REJECT, Step.TAKE_OFF) else None


def _step(row: CourseReview) -> ReviewStep:
    return ReviewStep(row.step, row.reason, row.by_name, row.at)


def _row(course: Course, draft: str | None, title: str, last: CourseReview) -> ReviewRow:
    return ReviewRow(
        course_id=course.id,
        title=title,
        category=course.category,
        standing=Standing(CourseStatus(course.status), CourseStatus(draft) if draft else None),
        first=course.version == 0,
        step=_step(last),
    )
