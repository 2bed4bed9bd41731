"""The effect of reviews on the offerings of own courses: shown while the course is approved, hidden otherwise."""

from __future__ import annotations

from sqlalchemy import select, tuple_, update

from app.context import Context
from app.models import Course, CourseOffering
from app.rules.courses.review_states import CourseStatus
from app.rules.offerings.publication import OfferingStatus
from app.rules.permissions import Action
from app.services.offerings.public import publish_state
from app.services.registrations.seats import hold_seats_of, promote_in
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.own_classes_and_courses import reachable_offerings


def hold_terms(ctx: Context, offering_id: int, action: Action, *, hold: Hold = Hold.WRITE) -> None:
    """Lock all offerings of the course of an offering, and an own course before them, until the unit of work ends.

    No review of the course is decided meanwhile: a review locks the course before its offerings, too, and would not
    see an offering that goes online or is created.

    Args:
        offering_id: nothing is locked when the actor may not do this on it.
        hold: how strongly the offerings are locked.

    Raises:
        NotAllowed: the actor's role may not do this at all.
    """
    here = CourseOffering.school_id == ctx.school.id
    behind = select(CourseOffering.course_owner_id, CourseOffering.course_id).where(
        here, CourseOffering.id == offering_id, reachable_offerings(ctx, action)
    )
    own = Course.school_id == ctx.school.id
    course = select(Course.id).where(own, tuple_(Course.school_id, Course.id).in_(behind))
    ctx.session.execute(locking(course, Course, Hold.WRITE))
    terms = select(CourseOffering.id).where(
        here, tuple_(CourseOffering.course_owner_id, CourseOffering.course_id).in_(behind)
    )
    ctx.session.execute(locking(terms, CourseOffering, hold))


def follow_review(ctx: Context, *, course_id: int) -> None:
    """Set all offerings of an own course to the status that its review gives them.

    Students see an approved course as soon as the offering has its four dates (manual 7.3); so this is called
    after a decision and after new dates.

    Args:
        course_id: of an own course of the school of ``ctx``; the caller has locked it.
    """
    ctx.session.flush()
    own = (
        CourseOffering.school_id == ctx.school.id,
        CourseOffering.course_owner_id == ctx.school.id,
        CourseOffering.course_id == course_id,
    )
    offerings = hold_seats_of(ctx, select(CourseOffering.id).where(*own))
    this = select(Course.status).where(Course.school_id == ctx.school.id, Course.id == course_id)
    approved = ctx.session.scalar(this) == CourseStatus.APPROVED
    following = OfferingStatus.ONLINE if approved else OfferingStatus.OFFLINE
    changed = update(CourseOffering).where(*own)
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
    # Seats may have come free while the offerings were hidden.
    promote_in(ctx, [offering for offering in offerings if offering.id in offering_ids])
