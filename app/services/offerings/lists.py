"""The school's courses (课程管理 → 慕课列表, manual 7.1): own and alliance courses with their states and teachers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, or_, select, true
from sqlalchemy.orm import contains_eager

from app.context import Context
from app.models import Course, CourseDraft, CourseOffering, CourseRecommendation, User, WaitingPlace
from app.rules.courses.review_states import CourseStatus, Standing
from app.rules.offerings.phase import CourseState, course_state
from app.rules.permissions import Action, Reach, reach
from app.services.offerings.phase import state_condition
from app.services.registrations.counts import registrations_of_offering
from app.services.shared.licence_conditions import is_licensed
from app.services.shared.own_classes_and_courses import reachable_offerings
from app.services.shared.paging import Page, fetch_page
from app.services.shared.search import course_matches, person_matches, words

SOURCES = ("alliance", "own")
#: States of an own course; ``revision``: approved, and a revision of it waits.
OWN_STATUSES = (*CourseStatus, "revision")
#: States of an alliance course; ``ended``: the licence does not hold (any more).
ALLIANCE_STATUSES = ("unhandled", "online", "offline", "declined", "ended")
#: States of a recommendation; ``none``: not recommended, or withdrawn.
RECOMMENDATIONS = ("open", "accepted", "declined", "none")
#: States by the dates; ``undated``: not all dates are set.
STATES = (*CourseState, "undated")
#: Conditions on registrations; ``waiting``: somebody waits for a seat.
REGISTRATIONS = ("some", "none", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCourse:
    """A course of the school in a term.

    Args:
        offering: with its course and licence loaded.
        own: whether the school made it (课程来源 本校), or else it is 联盟慕课.
        status: one of ``CourseStatus`` for an own course, of ``ALLIANCE_STATUSES`` for an alliance course.
        revision: of an approved own course that is being revised: the state of the revision.
        recommendation: of an own course: the state of the last one, ``None`` if there is none or it was withdrawn.
        operating_teacher: the name of the 运营教师, if there is one.
        registrations: the number of registered people.
        state: by its dates; ``None`` while they are incomplete.
    """

    offering: CourseOffering
    own: bool
    status: str
    revision: str | None
    recommendation: str | None
    operating_teacher: str | None
    registrations: int
    state: CourseState | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferingFilter:
    """Filters of the list; blank or ``None``: all.

    Args:
        text: title, its pinyin, code, teachers, or name or pinyin of the 运营教师.
        source: one of ``SOURCES``.
        status: one of ``OWN_STATUSES`` or ``ALLIANCE_STATUSES``.
        recommendation: one of ``RECOMMENDATIONS``.
        teacher_id: the 运营教师; 0 for courses without one.
        state: one of ``STATES`` by the school's calendar.
        registrations: one of ``REGISTRATIONS``.
    """

    text: str = ""
    source: str = ""
    status: str = ""
    recommendation: str = ""
    teacher_id: int | None = None
    state: str = ""
    registrations: str = ""


def list_school_courses(
    ctx: Context, *, wanted: OfferingFilter | None = None, page: int = 1
) -> Page[ListedCourse]:
    """Return one page of the courses of the school (for teachers those that they run), courses that need action first.

    Raises:
        NotAllowed: not staff of the school.
    """
    reachable = reachable_offerings(ctx, Action.SEE_OFFERINGS)
    found = _filtered(ctx, _rows(ctx).where(reachable), wanted or OfferingFilter())
    ordered = found.order_by(_to_do(ctx), CourseOffering.id.desc())
    return fetch_page(ctx.session, ordered, partial(_listed, ctx), page=page)


def list_operating_teachers(ctx: Context) -> list[tuple[int, str]]:
    """Return id and name of the operating teachers here, for the filter; an empty list for teachers.

    Raises:
        NotAllowed: not staff of the school.
    """
    reachable = reachable_offerings(ctx, Action.SEE_OFFERINGS)
    if reach(ctx.actor.role, Action.SEE_OFFERINGS) is not Reach.ALL:
        return []
    runs = and_(CourseOffering.school_id == User.school_id, CourseOffering.operating_teacher_id == User.id)
    statement = select(User.id, User.real_name).where(
        select(CourseOffering.id).where(runs, reachable).exists()
    )
    return [
        (row.id, row.real_name) for row in ctx.session.execute(statement.order_by(User.name_pinyin, User.id))
    ]


def recommendation_state() -> ColumnElement[str | None]:
    """Return the state of a course's last recommendation, for a query that has ``Course``."""
    return (
        select(CourseRecommendation.state)
        .where(
            CourseRecommendation.school_id == Course.school_id, CourseRecommendation.course_id == Course.id
        )
        .order_by(CourseRecommendation.id.desc())
        .limit(1)
        .correlate(Course)
        .scalar_subquery()
    )


def _rows(ctx: Context) -> Select[Any]:
    registrations = registrations_of_offering()
    teacher = and_(User.school_id == CourseOffering.school_id, User.id == CourseOffering.operating_teacher_id)
    # A draft belongs to its owner: another school that has the course does not see it.
    draft = and_(
        CourseDraft.school_id == CourseOffering.school_id,
        CourseDraft.school_id == CourseOffering.course_owner_id,
        CourseDraft.course_id == CourseOffering.course_id,
    )
    recommended = case((_own(ctx), recommendation_state()))
    return (
        select(
            CourseOffering,
            CourseDraft.state,
            recommended,
            User.real_name,
            registrations,
            is_licensed(ctx.today()),
        )
        .join(CourseOffering.course)
        .outerjoin(CourseOffering.licence)
        .outerjoin(User, teacher)
        .outerjoin(CourseDraft, draft)
        .options(contains_eager(CourseOffering.course), contains_eager(CourseOffering.licence))
        .where(CourseOffering.school_id == ctx.school.id)
    )


def _filtered(ctx: Context, rows: Select[Any], wanted: OfferingFilter) -> Select[Any]:
    text = wanted.text
    rows = rows.where(or_(course_matches(text), words(text, Course.code), person_matches(text)))
    if wanted.source:
        rows = rows.where(_own(ctx) if wanted.source == "own" else ~_own(ctx))
    if wanted.status:
        rows = rows.where(_has_status(ctx, wanted.status))
    if wanted.recommendation:
        rows = rows.where(_own(ctx), _is_recommended(wanted.recommendation))
    if wanted.teacher_id is not None:
        teacher_id = CourseOffering.operating_teacher_id
        rows = rows.where(teacher_id == wanted.teacher_id if wanted.teacher_id else teacher_id.is_(None))
    if wanted.state == "undated":
        rows = rows.where(~_has_dates())
    elif wanted.state in set(CourseState):
        rows = rows.where(_has_dates(), state_condition(CourseState(wanted.state), ctx.today()))
    if wanted.registrations:
        rows = rows.where(_has_registrations(wanted.registrations))
    return rows


def _has_registrations(wanted: str) -> ColumnElement[bool]:
    if wanted == "waiting":
        waits = (
            WaitingPlace.school_id == CourseOffering.school_id,
            WaitingPlace.offering_id == CourseOffering.id,
        )
        return select(WaitingPlace.id).where(*waits).correlate(CourseOffering).exists()
    count = registrations_of_offering()
    return count > 0 if wanted == "some" else count == 0


def _own(ctx: Context) -> ColumnElement[bool]:
    return CourseOffering.course_owner_id == ctx.school.id


def _has_dates() -> ColumnElement[bool]:
    dates = (
        CourseOffering.starts_on,
        CourseOffering.ends_on,
        CourseOffering.registration_starts_on,
        CourseOffering.registration_ends_on,
    )
    return and_(*(day.is_not(None) for day in dates))


def _has_status(ctx: Context, status: str) -> ColumnElement[bool]:
    if status in set(CourseStatus):
        return and_(_own(ctx), Course.status == status)
    if status == "revision":
        waits = CourseDraft.state == CourseStatus.PENDING
        return and_(_own(ctx), Course.status == CourseStatus.APPROVED, waits)
    holds = is_licensed(ctx.today())
    if status == "ended":
        return and_(~_own(ctx), ~holds, CourseOffering.status != "declined")
    if status not in ALLIANCE_STATUSES:
        return false()
    return and_(~_own(ctx), CourseOffering.status == status, true() if status == "declined" else holds)


def _is_recommended(recommendation: str) -> ColumnElement[bool]:
    state = recommendation_state()
    return or_(state.is_(None), state == "withdrawn") if recommendation == "none" else state == recommendation


def _to_do(ctx: Context) -> ColumnElement[int]:
    """Return the order by which courses that need action come first: reviews, then offers, then drafts."""
    pending = or_(Course.status == CourseStatus.PENDING, CourseDraft.state == CourseStatus.PENDING)
    unfinished = Course.status.in_((CourseStatus.DRAFT, CourseStatus.REJECTED))
    return case(
        (and_(_own(ctx), pending), 0),
        (and_(~_own(ctx), CourseOffering.status == "unhandled", is_licensed(ctx.today())), 1),
        (and_(_own(ctx), unfinished), 2),
        else_=3,
    )


def _listed(
    ctx: Context,
    offering: CourseOffering,
    draft: str | None,
    recommendation: str | None,
    teacher: str | None,
    registrations: int,
    holds: bool,
) -> ListedCourse:
    own = offering.course_owner_id == ctx.school.id
    revision = None
    if own:
        standing = Standing(CourseStatus(offering.course.status), CourseStatus(draft) if draft else None)
        status, revision = standing.course.value, draft if standing.revised else None
    else:
        status = offering.status if holds or offering.status == "declined" else "ended"
    dates = offering.dates
    return ListedCourse(
        offering=offering,
        own=own,
        status=status,
        revision=revision,
        recommendation=None if recommendation == "withdrawn" else recommendation,
        operating_teacher=teacher,
        registrations=registrations,
        state=None if dates.missing() else course_state(dates, ctx.today()),
    )
