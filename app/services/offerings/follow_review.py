"""The offerings of an own course follow its review: shown while it is approved, hidden when it is taken off."""

from __future__ import annotations

from sqlalchemy import select, tuple_, update

from app.context import Context
from app.models import Course, CourseOffering
from app.rules.courses.review_states import CourseStatus
from app.rules.offerings.publication import OfferingStatus
from app.services.offerings.public import publish_state
from app.services.registrations.seats import lock_offering, promote_waiting
from app.services.shared.audit import record


def hold_review(ctx: Context, *, offering_id: int) -> None:
    """Let no review of an own course be decided until the unit of work ends; nothing for an alliance course.

    Who calls ``follow_review`` while he holds an offering calls this first: a review holds the course before its
    offerings, and one that is decided meanwhile would not see the offering that goes online.
    """
    own = select(CourseOffering.course_owner_id, CourseOffering.course_id).where(
        CourseOffering.school_id == ctx.school.id,
        CourseOffering.course_owner_id == ctx.school.id,
        CourseOffering.id == offering_id,
    )
    ctx.session.execute(
        select(Course.id).where(tuple_(Course.school_id, Course.id).in_(own)).with_for_update(read=True)
    )


def follow_review(ctx: Context, *, course_id: int) -> None:
    """Bring all offerings of an own course into the status that its review gives them.

    Students see an approved course as soon as the offering has its four dates (manual 7.3); so this is called
    after a decision and after new dates.

    Args:
        course_id: of an own course of the school of ``ctx``.
    """
    ctx.session.flush()
    this = select(Course.status).where(Course.school_id == ctx.school.id, Course.id == course_id)
    approved = ctx.session.scalar(this) == CourseStatus.APPROVED
    following = OfferingStatus.ONLINE if approved else OfferingStatus.OFFLINE
    changed = update(CourseOffering).where(
        CourseOffering.school_id == ctx.school.id,
        CourseOffering.course_owner_id == ctx.school.id,
        CourseOffering.course_id == course_id,
    )
    if approved:
        changed = changed.where(
            CourseOffering.status != OfferingStatus.ONLINE,
            CourseOffering.starts_on.is_not(None),
            CourseOffering.ends_on.is_not(None),
            CourseOffering.registration_starts_on.is_not(None),
            CourseOffering.registration_ends_on.is_not(None),
        )
    else:
        changed = changed.where(CourseOffering.status == OfferingStatus.ONLINE)
    moved = ctx.session.scalars(
        changed.values(status=following).returning(CourseOffering.id),
        execution_options={"synchronize_session": "fetch"},
    )
    offering_ids = moved.all()
    publish_state(ctx, offering_ids=offering_ids)
    for offering_id in sorted(offering_ids):
        record(ctx, f"offering.{following}", "offering", offering_id)
        # Seats may have come free while it was hidden.
        promote_waiting(ctx, lock_offering(ctx, offering_id))
