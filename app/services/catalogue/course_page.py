"""A course's page on the student side: content, teachers, assessment, other terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select

from app.context import Context
from app.errors import Message
from app.models import CourseOffering, OfferingAssistant, User, WaitingPlace
from app.rules.courses.assessment import sentences
from app.rules.offerings.phase import CourseState, course_state
from app.rules.registrations.choices import Choice, registration_choice
from app.services.catalogue.school import CatalogueItem, is_shown
from app.services.offerings.assessment import assessment_of


@dataclass(frozen=True, slots=True)
class OtherTerm:
    """Another offering of the same course at this school."""

    id: int
    term: str
    state: CourseState
    starts_on: date | None


@dataclass(frozen=True, slots=True)
class CourseDetails:
    """The content of a course's page beyond the catalogue's data.

    Args:
        assistants: names of the 助教.
        assessment: how the course is assessed, in sentences; by the school's own assessment if there is one.
        other_terms: the course's other offerings that are shown, the latest first.
    """

    assistants: list[str]
    assessment: list[Message]
    other_terms: list[OtherTerm]


def get_course_details(ctx: Context, item: CatalogueItem) -> CourseDetails:
    """Return the rest of a course's page, in two queries."""
    return CourseDetails(_assistants(ctx, item.id), _assessment(item), _other_terms(ctx, item))


def get_choice(ctx: Context, item: CatalogueItem) -> Choice:
    """Return what the acting person can do about a course today; one query for a person who is logged in."""
    logged_in = ctx.actor.user_id is not None
    return registration_choice(
        item.offering.dates,
        ctx.today(),
        seats_left=item.seats_left,
        registered=item.registered,
        position=_position(ctx, item.id) if logged_in else None,
        logged_in=logged_in,
    )


def _position(ctx: Context, offering_id: int) -> int | None:
    """Return the acting person's place on the waiting list, from 1."""
    own = select(WaitingPlace.id).where(
        WaitingPlace.offering_id == offering_id, WaitingPlace.user_id == (ctx.actor.user_id or 0)
    )
    ahead = select(func.count()).select_from(WaitingPlace)
    ahead = ahead.where(WaitingPlace.offering_id == offering_id, WaitingPlace.id <= own.scalar_subquery())
    return ctx.session.scalar(ahead) or None


def _assistants(ctx: Context, offering_id: int) -> list[str]:
    helper = and_(User.school_id == OfferingAssistant.school_id, User.id == OfferingAssistant.user_id)
    statement = select(User.real_name).join(OfferingAssistant, helper)
    found = statement.where(OfferingAssistant.offering_id == offering_id, User.status == "active")
    return list(ctx.session.scalars(found.order_by(OfferingAssistant.created_at, User.id)))


def _assessment(item: CatalogueItem) -> list[Message]:
    assessment = assessment_of(item.offering, item.course)
    return sentences(assessment) if assessment is not None else []


def _other_terms(ctx: Context, item: CatalogueItem) -> list[OtherTerm]:
    statement = (
        select(CourseOffering)
        .outerjoin(CourseOffering.licence)
        .where(
            is_shown(ctx),
            CourseOffering.course_owner_id == item.offering.course_owner_id,
            CourseOffering.course_id == item.offering.course_id,
            CourseOffering.id != item.id,
        )
        .order_by(CourseOffering.term.desc(), CourseOffering.id.desc())
    )
    return [
        OtherTerm(row.id, row.term, course_state(row.dates, ctx.today()), row.starts_on)
        for row in ctx.session.scalars(statement)
    ]
