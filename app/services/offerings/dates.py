"""The dates and seats of a course at a school in a term (详细信息, manual 7.3)."""

from __future__ import annotations

from datetime import date

from app.context import Context
from app.errors import Invalid, Message, NotAllowed, msg
from app.models import CourseOffering
from app.rules.licences.conditions import MOST_SEATS
from app.rules.offerings.dates import Dates, date_problems
from app.rules.permissions import Action, Reach, reach
from app.services.offerings.follow_review import follow_review, hold_terms
from app.services.offerings.public import publish_state
from app.services.offerings.read import offering_to_edit
from app.services.registrations.seats import promote_waiting
from app.services.shared.audit import record

EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 12, 31)


def schedule_offering(
    ctx: Context,
    *,
    offering_id: int,
    starts_on: date | None,
    ends_on: date | None,
    registration_starts_on: date | None,
    registration_ends_on: date | None,
    seats: int | None = None,
) -> CourseOffering:
    """Set the four dates (详细信息), whole days at the school, the last ones included, and the seats.

    Administrators set those of every course, teachers those of the school's own courses that they run or assist in.

    Args:
        seats: the most people who may be registered; ``None``: as many as the licence allows.

    Those who teach an own course set its dates themselves (manual 7.3); an approved one that has its dates is shown.

    Raises:
        Invalid: with the field; all four dates are required and must fit each other, and a licence bounds the seats.
        NotAllowed: a teacher, and the course is the alliance's.
        NotFound: no such course here.
    """
    dates = Dates(
        starts_on=starts_on,
        ends_on=ends_on,
        registration_starts_on=registration_starts_on,
        registration_ends_on=registration_ends_on,
    )
    for field, message in schedule_problems(dates).items():
        raise Invalid(field, message)
    hold_terms(ctx, offering_id, Action.SCHEDULE_OFFERING)
    offering = offering_to_edit(ctx, offering_id, Action.SCHEDULE_OFFERING)
    if not may_schedule(ctx, offering):
        raise NotAllowed(msg("联盟慕课的教学安排由学校管理员设置"))
    _check_seats(offering, seats)
    before = _plain(offering)
    for field in Dates.__slots__:
        setattr(offering, field, getattr(dates, field))
    offering.seats = seats
    after = _plain(offering)
    if before != after:
        ctx.session.flush()
        publish_state(ctx, offering_ids=[offering_id])
        record(ctx, "offering.scheduled", "offering", offering_id, {"old": before, "new": after})
        if offering.course_owner_id == ctx.school.id:
            follow_review(ctx, course_id=offering.course_id)
        # More seats, or a longer registration, let those in who wait.
        promote_waiting(ctx, offering)
    return offering


def may_schedule(ctx: Context, offering: CourseOffering) -> bool:
    """Whether the actor, who reaches this offering, may set its dates: a teacher those of own courses only."""
    found = reach(ctx.actor.role, Action.SCHEDULE_OFFERING)
    return found is Reach.ALL or (found is Reach.OWN and offering.course_owner_id == ctx.school.id)


def _check_seats(offering: CourseOffering, seats: int | None) -> None:
    if seats is None:
        return
    licence = offering.licence
    most = licence.seats if licence is not None and licence.seats is not None else MOST_SEATS
    if not 1 <= seats <= most:
        raise Invalid("seats", msg("名额应为 1 至 %(most)s 的整数", most=most))


def schedule_problems(dates: Dates) -> dict[str, Message]:
    """All that is wrong with dates as typed: field -> sentence, so that a form can mark every field at once."""
    problems = date_problems(dates)
    for field in Dates.__slots__:
        day = getattr(dates, field)
        if day is not None and not EARLIEST <= day <= LATEST:
            problems[field] = msg("日期不合理，请检查年份")
    return problems


def _plain(offering: CourseOffering) -> dict[str, str | int | None]:
    values = {field: getattr(offering, field) for field in Dates.__slots__}
    plain: dict[str, str | int | None] = {
        field: day.isoformat() if day else None for field, day in values.items()
    }
    return plain | {"seats": offering.seats}
