"""The review of own courses (manual 7.3): 「未通过」 -> 待审核, 「审核」 -> 通过 or 不通过, 「已通过」 -> 不通过.

A submitted course is locked (``app.services.courses.drafts``), so that reviewers approve exactly what they read. A
revision of an approved course waits beside the live version. Every step is stored with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, Message, NotFound, msg
from app.models import Course, CourseDraft, CourseOffering, CourseReview
from app.rules.courses.fields import missing_for_review
from app.rules.courses.review_states import CourseStatus, Standing, Step, standing_after
from app.rules.offerings.dates import date_problems
from app.rules.permissions import Action
from app.services.courses.drafts import draft_of, publish_draft, view_of
from app.services.courses.fields import editable_course
from app.services.courses.review_notices import tell_reviewers, tell_teachers
from app.services.offerings.follow_review import follow_review
from app.services.shared.audit import record
from app.services.shared.require_permission import account_here, require

REASON_LENGTH = 500


class NotComplete(Conflict):
    """提交审核 is refused; ``missing`` lists all that has to be filled in first: field -> sentence."""

    def __init__(self, missing: Mapping[str, Message]) -> None:
        super().__init__(next(iter(missing.values())))
        self.missing = dict(missing)


@dataclass(frozen=True, slots=True)
class OwnCourse:
    """An own course, locked for a step: the row, its working copy and the states of both."""

    course: Course
    draft: CourseDraft | None
    standing: Standing


def standing_of(course: Course, draft: CourseDraft | None) -> Standing:
    """Return the states of a course and its working copy."""
    return Standing(CourseStatus(course.status), CourseStatus(draft.state) if draft is not None else None)


def missing_for_submission(ctx: Context, course: Course, draft: CourseDraft | None) -> dict[str, Message]:
    """Return all that a course lacks before it can be submitted: basics, details with the four dates, assessment.

    Returns:
        field of the content or of the dates -> sentence, in the order of the tabs.
    """
    return missing_for_review(view_of(course, draft).content) | _missing_dates(ctx, course)


def submit_course(ctx: Context, *, course_id: int) -> Course:
    """Submit a course for review (「未通过」 -> 课程提交审核确认 -> 确认), as staff of the course or administrator.

    Raises:
        Conflict: it waits already, or nothing was changed since it was approved.
        NotComplete: with all that is missing.
        NotFound: it is no own course, or the actor does not run it.
    """
    require(ctx, Action.SUBMIT_COURSE)
    own = _locked(ctx, course_id)
    following = standing_after(own.standing, Step.SUBMIT)
    missing = missing_for_submission(ctx, own.course, own.draft)
    if missing:
        raise NotComplete(missing)
    _move(ctx, own, following)
    if own.draft is not None:
        own.draft.submitted_by, own.draft.submitted_by_name = account_here(ctx), ctx.actor.name
        own.draft.submitted_at = ctx.now()
    _note(ctx, own.course, Step.SUBMIT, "")
    tell_reviewers(ctx, own.course, title=view_of(own.course, own.draft).content.title)
    return own.course


def review_course(ctx: Context, *, course_id: int, revision: int, approve: bool, reason: str = "") -> Course:
    """Decide a review (「审核」): 通过 publishes what was submitted, 不通过 returns it with the reason.

    Students see what was published.

    Args:
        revision: of the content that the reviewer has read (``DraftView.revision``).

    Raises:
        Conflict: the course does not wait (somebody else was quicker), or was changed since it was read.
        Invalid: ``reason``: missing, or too long.
        NotFound: it is no own course.
    """
    require(ctx, Action.REVIEW_COURSE)
    reason = _reason(reason, needed=not approve)
    own = _locked(ctx, course_id)
    step = Step.APPROVE if approve else Step.REJECT
    following = _decided(ctx, own, step)
    if own.course.revision != revision:
        raise Conflict(msg("课程在您打开页面之后又有修改，请核对后再审核"))
    if approve:
        _publish(ctx, own)
        own.course.status = following.course
    else:
        _move(ctx, own, following)
    _note(ctx, own.course, step, reason)
    follow_review(ctx, course_id=own.course.id)
    tell_teachers(ctx, own.course, step, reason)
    return own.course


def take_off(ctx: Context, *, course_id: int, reason: str) -> Course:
    """Turn an approved course into 不通过 (「已通过」 -> 课程审核确认 -> 「不通过」): hide it; registrations stay.

    Schools that have the course from the alliance keep it, and a recommendation stays (manual 7.1).

    Raises:
        Conflict: it is not approved.
        Invalid: ``reason``: missing, or too long.
        NotFound: no own course.
    """
    require(ctx, Action.REVIEW_COURSE)
    reason = _reason(reason, needed=True)
    own = _locked(ctx, course_id)
    _move(ctx, own, _decided(ctx, own, Step.TAKE_OFF))
    _note(ctx, own.course, Step.TAKE_OFF, reason)
    follow_review(ctx, course_id=own.course.id)
    tell_teachers(ctx, own.course, Step.TAKE_OFF, reason)
    return own.course


def _locked(ctx: Context, course_id: int) -> OwnCourse:
    if ctx.school.is_alliance:
        raise NotFound(msg("没有找到这门课程"))
    course = editable_course(ctx, course_id=course_id, lock=True)
    draft = draft_of(ctx, course)
    return OwnCourse(course, draft, standing_of(course, draft))


def _decided(ctx: Context, own: OwnCourse, step: Step) -> Standing:
    """Return the standing after a decision; a second reviewer is told who was first."""
    try:
        return standing_after(own.standing, step)
    except Conflict as refusal:
        last = ctx.session.scalar(
            select(CourseReview.by_name)
            .where(
                CourseReview.school_id == ctx.school.id,
                CourseReview.course_id == own.course.id,
                CourseReview.step != Step.SUBMIT,
            )
            .order_by(CourseReview.id.desc())
            .limit(1)
        )
        if last is None:
            raise
        raise Conflict(msg("%(name)s 已经处理了这门课程", name=last)) from refusal


def _publish(ctx: Context, own: OwnCourse) -> None:
    # A course that was taken off and submitted again unchanged: the version that was live is live again.
    if own.draft is not None or own.course.version == 0:
        publish_draft(ctx, course=own.course)


def _move(ctx: Context, own: OwnCourse, following: Standing) -> None:
    own.course.status = following.course
    if own.draft is not None and following.revision is not None:
        own.draft.state = following.revision
    ctx.session.flush()


def _note(ctx: Context, course: Course, step: Step, reason: str) -> None:
    ctx.session.add(
        CourseReview(
            school_id=ctx.school.id,
            course_id=course.id,
            step=step,
            reason=reason,
            by_id=account_here(ctx),
            by_name=ctx.actor.name,
            at=ctx.now(),
        )
    )
    ctx.session.flush()
    facts = {"title": course.title} | ({"reason": reason} if reason else {})
    record(ctx, f"course.{step}", "course", course.id, facts)


def _missing_dates(ctx: Context, course: Course) -> dict[str, Message]:
    """Return what the dates lack; complete dates of any term suffice, the messages are about the latest term."""
    offerings = ctx.session.scalars(
        select(CourseOffering)
        .where(
            CourseOffering.school_id == ctx.school.id,
            CourseOffering.course_owner_id == ctx.school.id,
            CourseOffering.course_id == course.id,
        )
        .order_by(CourseOffering.id.desc())
    ).all()
    wrong = [date_problems(offering.dates) for offering in offerings]
    return wrong[0] if wrong and all(wrong) else {}


def _reason(typed: str, *, needed: bool) -> str:
    reason = typed.replace("\x00", "").strip()
    if needed and not reason:
        raise Invalid("reason", msg("请填写不通过的原因，教师会看到"))
    if len(reason) > REASON_LENGTH:
        raise Invalid("reason", msg("超过 %(limit)s 个字符", limit=REASON_LENGTH))
    return reason
