"""Students who join a class after it was registered for a course: asked once per class and course (选课, manual 8.3).

``class_courses.later_joiners`` is the answer: ``follow`` registers students who join, ``stay`` does not. Students who
have withdrawn, or were removed from the course, are never registered again by this.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

from app.context import Context
from app.errors import NotFound, msg
from app.models import ClassCourse, ClassSelection, Course, CourseOffering, SchoolClass, User
from app.rules.permissions import Action
from app.services.classes.lists import get_class
from app.services.classes.register import (
    all_students,
    never_registered,
    register_class,
    require_selectable,
    selectable,
    title_of,
)
from app.services.registrations.seats import (
    Registered,
    free_seats,
    hold_people,
    hold_seats,
    hold_seats_of,
)
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require

ASK, FOLLOW, STAY = "ask", "follow", "stay"


@dataclass(frozen=True, slots=True)
class LaterJoiners:
    """A course of a class, and the answer about its later joiners.

    Args:
        answer: ``ask``, ``follow`` or ``stay``.
        waiting: students with an active account who were never registered for the course.
        refused: how many could not be registered when the class was; they may be among ``waiting``.
    """

    offering_id: int
    title: str
    answer: str
    waiting: int
    refused: int


@dataclass(frozen=True, slots=True)
class FollowedClasses:
    """Classes, and by id the offerings for which students who join them are registered; all of them locked."""

    class_ids: frozenset[int]
    offerings: Mapping[int, CourseOffering]


def list_later_joiners(ctx: Context, *, class_id: int) -> list[LaterJoiners]:
    """Return the courses that a class was registered for and that have not ended, with their later joiners.

    Raises:
        NotFound: there is no such class for the actor.
        NotAllowed: the actor may not see classes.
    """
    get_class(ctx, class_id=class_id)
    refused = (
        select(func.coalesce(func.sum(ClassSelection.refused["seats"].as_integer()), 0))
        .where(
            ClassSelection.school_id == ClassCourse.school_id,
            ClassSelection.class_id == ClassCourse.class_id,
            ClassSelection.offering_id == ClassCourse.offering_id,
            ClassSelection.undone_at.is_(None),
        )
        .correlate(ClassCourse)
        .scalar_subquery()
    )
    found = (
        _courses(ctx)
        .join(CourseOffering.course)
        .where(ClassCourse.class_id == class_id)
        .with_only_columns(
            ClassCourse.offering_id, Course.title, ClassCourse.later_joiners, _waiting(), refused
        )
        .order_by(ClassCourse.created_at, ClassCourse.offering_id)
    )
    return [LaterJoiners(*row) for row in ctx.session.execute(found)]


def answer_later_joiners(ctx: Context, *, class_id: int, offering_id: int, follow: bool) -> Registered | None:
    """Store whether later joiners are registered (「一起注册」 or 「不注册」); 一起注册 registers the waiting ones now.

    Returns:
        the result of the registration; ``None`` for 不注册.

    Raises:
        NotAllowed: only administrators may.
        NotFound: the class was never registered for this course.
        Conflict: the course is not online, or has ended.
    """
    require(ctx, Action.SELECT_COURSES)
    # Locked against transactions that put students into the class now: they see the answer, or this one registers
    # them.
    here = select(SchoolClass.id).where(SchoolClass.id == class_id)
    ctx.session.execute(locking(here, SchoolClass, Hold.WRITE))
    offering = hold_seats(ctx, offering_id)
    pair = (ClassCourse.class_id == class_id, ClassCourse.offering_id == offering_id)
    row = ctx.session.scalar(locking(select(ClassCourse).where(*pair), ClassCourse, Hold.WRITE))
    if row is None:
        raise NotFound(msg("没有找到这门课程"))
    require_selectable(ctx, offering, title_of(ctx, offering))
    answer = FOLLOW if follow else STAY
    if row.later_joiners != answer:
        row.later_joiners = answer
        ctx.session.flush()
        facts = {"class_id": class_id, "later_joiners": answer}
        record(ctx, "class.later_joiners_answered", "offering", offering_id, facts)
    if not follow:
        return None
    newcomers = all_students(ctx, class_id).where(never_registered(offering_id))
    hold_people(ctx, newcomers)
    if ctx.session.scalar(select(newcomers.where(User.status == "active").exists())) is not True:
        return Registered(0, 0, {}, ())
    return register_class(ctx, offering=offering, class_id=class_id, students=newcomers)[1]


def hold_followed(
    ctx: Context,
    *,
    class_ids: Collection[int] | Select[int] | None = None,
    joining: Collection[int] | Select[int] | None = None,
) -> FollowedClasses:
    """Lock classes, the offerings for which students who join them are registered, and these students.

    A service that puts students into classes calls this before it writes them, and passes the result to
    ``follow_joiners``.

    Args:
        class_ids: only these classes; ``None``: all of the school that have such courses.
        joining: the students to be put there, ids or a query for ids; ``None``: they are there already.
    """
    pairs = _courses(ctx).where(ClassCourse.later_joiners == FOLLOW)
    if class_ids is None:
        class_ids = pairs.with_only_columns(ClassCourse.class_id)
    classes = select(SchoolClass.id).where(SchoolClass.id.in_(class_ids))
    locked = ctx.session.scalars(locking(classes, SchoolClass, Hold.READ)).all()
    followed = pairs.where(ClassCourse.class_id.in_(locked)).with_only_columns(ClassCourse.offering_id)
    offerings = {offering.id: offering for offering in hold_seats_of(ctx, followed)}
    # Students who are in the classes already and were never registered for their courses are registered with the
    # joiners.
    left_out = (
        exists()
        .where(
            ClassCourse.school_id == User.school_id,
            ClassCourse.class_id == User.class_id,
            ClassCourse.class_id.in_(locked),
            ClassCourse.offering_id.in_(offerings),
            never_registered(ClassCourse.offering_id),
        )
        .correlate(User)
    )
    students = and_(User.kind == "student", left_out)
    if joining is None:
        ctx.session.execute(locking(select(User.id).where(students), User, Hold.KEEP))
    else:
        # Together with the students whose class is written, so that all are locked by id.
        students = or_(students, User.id.in_(joining))
        ctx.session.execute(locking(select(User.id).where(students), User, Hold.WRITE))
    return FollowedClasses(frozenset(locked), offerings)


def follow_joiners(
    ctx: Context, followed: FollowedClasses, *, class_ids: Collection[int] | None = None
) -> int:
    """Register students who have joined classes for the courses that later joiners follow.

    The caller has checked that the actor may put them there.

    Args:
        followed: from ``hold_followed``, in this unit of work.
        class_ids: only these of its classes; ``None``: all.

    Returns:
        the number of registrations written.
    """
    chosen_ids = followed.class_ids if class_ids is None else followed.class_ids.intersection(class_ids)
    pairs = ctx.session.execute(
        _courses(ctx)
        .where(
            ClassCourse.later_joiners == FOLLOW,
            ClassCourse.class_id.in_(chosen_ids),
            ClassCourse.offering_id.in_(followed.offerings),
            _waiting() > 0,
        )
        .with_only_columns(ClassCourse.offering_id, ClassCourse.class_id)
        .order_by(ClassCourse.offering_id, ClassCourse.class_id)
    ).all()
    done = 0
    for offering_id, class_id in pairs:
        offering = followed.offerings[offering_id]
        if free_seats(ctx, offering) == 0:
            # The class's page shows who is left out; a 选课 of no students would say nothing.
            continue
        newcomers = all_students(ctx, class_id).where(never_registered(offering_id), User.status == "active")
        done += register_class(ctx, offering=offering, class_id=class_id, students=newcomers)[1].registered
    return done


def _courses(ctx: Context) -> Select[Any]:
    """Return the courses of classes in use that can still be registered for."""
    here = and_(
        CourseOffering.school_id == ClassCourse.school_id, CourseOffering.id == ClassCourse.offering_id
    )
    of_class = and_(SchoolClass.school_id == ClassCourse.school_id, SchoolClass.id == ClassCourse.class_id)
    return (
        select(ClassCourse)
        .join(CourseOffering, here)
        .outerjoin(CourseOffering.licence)
        .join(SchoolClass, of_class)
        .where(selectable(ctx), SchoolClass.archived_at.is_(None))
    )


def _waiting() -> Any:
    """Return the number of active students who were never registered for the course of the outer row."""
    return (
        select(func.count())
        .select_from(User)
        .where(
            User.school_id == ClassCourse.school_id,
            User.class_id == ClassCourse.class_id,
            User.kind == "student",
            User.status == "active",
            never_registered(ClassCourse.offering_id),
        )
        .correlate(ClassCourse)
        .scalar_subquery()
    )
