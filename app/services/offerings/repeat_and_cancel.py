"""Offering a course again in another term (再次开课), and cancelling such a term (取消开课)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, msg
from app.models import CourseOffering, OfferingAssistant
from app.rules.offerings.publication import OfferingStatus
from app.rules.offerings.semesters import terms_around
from app.rules.permissions import Action
from app.services.offerings.follow_review import hold_terms
from app.services.offerings.read import get_school_course, offering_to_edit
from app.services.registrations.counts import registrations_of_offering
from app.services.shared.audit import record
from app.services.shared.locks import Hold
from app.services.shared.own_classes_and_courses import reachable_offerings
from app.services.shared.refusals import unique

#: Terms that can be chosen: the present one and those that follow.
TERMS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class TermRow:
    """An offering of a course in the switch between its terms."""

    offering_id: int
    term: str
    status: str
    registrations: int


def list_terms(ctx: Context, *, offering_id: int) -> Sequence[TermRow]:
    """Return all offerings of the course of an offering that the actor may see, the latest term first.

    Raises:
        NotFound: no such course here.
    """
    offering = get_school_course(ctx, offering_id=offering_id).offering
    registered = registrations_of_offering()
    rows = ctx.session.execute(
        select(CourseOffering.id, CourseOffering.term, CourseOffering.status, registered)
        .where(
            CourseOffering.course_owner_id == offering.course_owner_id,
            CourseOffering.course_id == offering.course_id,
            reachable_offerings(ctx, Action.SEE_OFFERINGS),
        )
        .order_by(CourseOffering.term.desc(), CourseOffering.id.desc())
    )
    return [TermRow(*row) for row in rows]


def open_terms(ctx: Context, *, offering_id: int) -> list[str]:
    """Return the terms from today's on in which the course is not offered yet.

    Raises:
        NotFound: no such course here.
    """
    offered = {row.term for row in list_terms(ctx, offering_id=offering_id)}
    return [term for term in terms_around(ctx.today(), before=0, after=TERMS_AHEAD) if term not in offered]


def offer_again(ctx: Context, *, offering_id: int, term: str) -> CourseOffering:
    """Create a new offering of the same course for another term, 待提交, with the same staff and seats (「再次开课」).

    An own course that is approved needs no new review: it is shown as soon as it has its dates.

    Args:
        term: as ``2026-2027-2``.

    Raises:
        Conflict: the course was declined.
        Invalid: ``term``: invalid, or the course is offered in it already.
        NotFound: no such course here.
    """
    hold_terms(ctx, offering_id, Action.PUBLISH_OFFERING)
    before = offering_to_edit(ctx, offering_id, Action.PUBLISH_OFFERING)
    if term not in terms_around(ctx.today(), before=0, after=TERMS_AHEAD):
        raise Invalid("term", msg("请选择学期"))
    if before.status == OfferingStatus.DECLINED:
        raise Conflict(msg("课程已被拒绝，请先点击「重新考虑」"))
    again = CourseOffering(
        course_owner_id=before.course_owner_id,
        course_id=before.course_id,
        licence_id=before.licence_id,
        term=term,
        seats=before.seats,
        assessment=before.assessment,
        operating_teacher_id=before.operating_teacher_id,
    )
    refusal = Invalid("term", msg("该学期已经开课，请选择其他学期"))
    with unique(ctx, {"uq_course_offerings_school_id_course_owner_id_course_id_term": refusal}):
        ctx.session.add(again)
    assistants = ctx.session.scalars(
        select(OfferingAssistant.user_id).where(OfferingAssistant.offering_id == before.id)
    ).all()
    ctx.session.add_all(OfferingAssistant(offering_id=again.id, user_id=user_id) for user_id in assistants)
    ctx.session.flush()
    record(ctx, "offering.offered_again", "offering", again.id, {"term": term, "before": before.id})
    return again


def drop_term(ctx: Context, *, offering_id: int) -> CourseOffering:
    """Delete a further term that was never shown to students (「取消开课」).

    Returns:
        the course's latest offering of another term.

    Raises:
        Conflict: it is or was online, or is the course's only one.
        NotFound: no such course here.
    """
    # Of two terms that are deleted at once, the second is found to be the only one left.
    hold_terms(ctx, offering_id, Action.DROP_TERM, hold=Hold.REPLACE)
    offering = offering_to_edit(ctx, offering_id, Action.DROP_TERM)
    if offering.status != OfferingStatus.UNHANDLED:
        raise Conflict(msg("学生已经看到过这个学期的课程，不能取消；不再使用时请「下线」"))
    other = ctx.session.scalars(
        select(CourseOffering)
        .where(
            CourseOffering.course_owner_id == offering.course_owner_id,
            CourseOffering.course_id == offering.course_id,
            CourseOffering.id != offering.id,
        )
        .order_by(CourseOffering.term.desc(), CourseOffering.id.desc())
        .limit(1)
    ).first()
    if other is None:
        raise Conflict(msg("这是该课程唯一的开课，不能取消；不需要这门课程时请「拒绝」"))
    ctx.session.delete(offering)
    ctx.session.flush()
    record(ctx, "offering.term_dropped", "offering", offering_id, {"term": offering.term, "before": other.id})
    return other
