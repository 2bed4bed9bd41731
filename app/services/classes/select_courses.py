"""Registering whole classes for courses (「选课」, manual 8.3), with a report, undoable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from app.context import Context
from app.errors import Conflict, Message, NotFound, msg
from app.models import ClassCourse, ClassSelection, CourseOffering, Registration, SchoolClass, User
from app.rules.permissions import Action
from app.services.classes.edit import require_in_use
from app.services.classes.later_joiners import ASK, FOLLOW
from app.services.classes.register import all_students, refusals, register_class, require_selectable, title_of
from app.services.registrations.seats import (
    hold_people,
    hold_seats,
    hold_seats_of,
    promote_waiting,
)
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require


@dataclass(frozen=True, slots=True)
class Selected:
    """The result of 「选择课程」 for one class and one course.

    Args:
        registered: students who were registered now.
        already: students who were registered before.
        refused: messages about students who could not be registered.
    """

    selection_id: int
    class_name: str
    title: str
    registered: int
    already: int
    refused: list[Message]


def select_courses(ctx: Context, *, class_id: int, offering_ids: Collection[int]) -> list[Selected]:
    """Register a whole class for courses, whatever the window of the students' own registration.

    One statement a course, under the offering's lock; where seats are short, the lowest 学号 get them. Students who
    withdrew before are registered again: the class is meant as a whole.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class or course.
        Conflict: nothing is ticked, the class is archived or empty, or a course is not online or has ended.
    """
    require(ctx, Action.SELECT_COURSES)
    if not offering_ids:
        raise Conflict(msg("请先勾选课程"))
    return _select(ctx, offering_ids, _classes(ctx, [class_id]))


def select_classes(ctx: Context, *, offering_id: int, class_ids: Collection[int]) -> list[Selected]:
    """Register several classes for one course.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such class or course.
        Conflict: as ``select_courses``.
    """
    require(ctx, Action.SELECT_COURSES)
    if not class_ids:
        raise Conflict(msg("请先勾选班级"))
    return _select(ctx, [offering_id], _classes(ctx, class_ids))


def undo_selection(ctx: Context, *, class_id: int, selection_id: int) -> int:
    """Withdraw the students whom this 选课 registered and who are still registered by it (撤销).

    Students who have withdrawn since, or registered again themselves, are not changed. People on the waiting list get
    the seats.

    Returns:
        the number of withdrawn registrations.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such 选课 of this class.
        Conflict: it was undone, or the course has ended.
    """
    require(ctx, Action.SELECT_COURSES)
    query = select(ClassSelection).where(
        ClassSelection.id == selection_id, ClassSelection.class_id == class_id
    )
    found = ctx.session.scalar(query)
    if found is None:
        raise NotFound(msg("没有找到这次选课"))
    offering = hold_seats(ctx, found.offering_id)
    # Under the offering's lock nobody else undoes it.
    selection = ctx.session.scalars(query, execution_options={"populate_existing": True}).one()
    if selection.undone_at is not None:
        raise Conflict(msg("这次选课已经撤销"))
    title = title_of(ctx, offering)
    if offering.ends_on is not None and offering.ends_on < ctx.today():
        raise Conflict(msg("《%(title)s》已经结束，不能再选课或撤销选课", title=title))
    by_selection = (
        Registration.offering_id == offering.id,
        Registration.selection_id == selection_id,
        Registration.withdrawn_at.is_(None),
    )
    people = ctx.session.scalars(select(Registration.user_id).where(*by_selection)).all()
    hold_people(ctx, people, promoting=[offering], leaving=len(people))
    withdrawn = ctx.session.scalars(
        delete(Registration).where(*by_selection).returning(Registration.user_id),
        execution_options={"synchronize_session": False},
    ).all()
    selection.undone_at = ctx.now()
    ctx.session.flush()
    _forget_course(ctx, selection)
    facts = {"class_id": class_id, "selection_id": selection_id, "removed": len(withdrawn)}
    record(ctx, "class.selection_undone", "offering", offering.id, facts)
    promote_waiting(ctx, offering)
    return len(withdrawn)


def _select(ctx: Context, offering_ids: Collection[int], classes: Collection[SchoolClass]) -> list[Selected]:
    offerings = hold_seats_of(ctx, offering_ids)
    if len(offerings) != len(set(offering_ids)):
        raise NotFound(msg("没有找到这门课程"))
    titles = [title_of(ctx, offering) for offering in offerings]
    for offering, title in zip(offerings, titles, strict=True):
        require_selectable(ctx, offering, title)
    class_ids = [school_class.id for school_class in classes]
    hold_people(ctx, select(User.id).where(User.class_id.in_(class_ids), User.kind == "student"))
    return [
        result
        for offering, title in zip(offerings, titles, strict=True)
        for result in _register(ctx, offering, title, classes)
    ]


def _register(
    ctx: Context, offering: CourseOffering, title: str, classes: Collection[SchoolClass]
) -> list[Selected]:
    selected: list[Selected] = []
    for school_class in classes:
        selection, done = register_class(
            ctx, offering=offering, class_id=school_class.id, students=all_students(ctx, school_class.id)
        )
        if done.registered + done.already + sum(done.refused.values()) == 0:
            raise Conflict(msg("班级“%(name)s”还没有学生，请先关联学生", name=school_class.name))
        reasons = refusals(done.refused)
        selected.append(
            Selected(selection.id, school_class.name, title, done.registered, done.already, reasons)
        )
    return selected


def _classes(ctx: Context, class_ids: Collection[int]) -> list[SchoolClass]:
    # Locked so that nobody archives or deletes a class meanwhile; students may come and go.
    query = select(SchoolClass).where(SchoolClass.id.in_(class_ids))
    found = ctx.session.scalars(locking(query, SchoolClass, Hold.READ)).all()
    if len(found) != len(set(class_ids)):
        raise NotFound(msg("没有找到这个班级"))
    for school_class in found:
        require_in_use(school_class)
    return sorted(found, key=lambda school_class: school_class.number)


def _forget_course(ctx: Context, selection: ClassSelection) -> None:
    """Remove the course from the class when nothing else registered it.

    If something else did, the question whether later joiners follow is open again: students who have just been
    removed count as never registered, and would be registered again with the next student who joins.
    """
    pair = (
        ClassSelection.class_id == selection.class_id,
        ClassSelection.offering_id == selection.offering_id,
    )
    other_selections = select(ClassSelection.id).where(*pair, ClassSelection.undone_at.is_(None)).limit(1)
    of_class = (
        ClassCourse.class_id == selection.class_id,
        ClassCourse.offering_id == selection.offering_id,
    )
    unsynchronized = {"synchronize_session": False}
    if ctx.session.scalar(other_selections) is None:
        ctx.session.execute(delete(ClassCourse).where(*of_class), execution_options=unsynchronized)
        return
    statement = (
        update(ClassCourse).where(*of_class, ClassCourse.later_joiners == FOLLOW).values(later_joiners=ASK)
    )
    ctx.session.execute(statement, execution_options=unsynchronized)
