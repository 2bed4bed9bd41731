"""Registration of students of a class for a locked offering, and the row that records it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Conflict, Message, msg
from app.models import ClassCourse, ClassSelection, Course, CourseOffering, Registration, User
from app.rules.offerings.publication import OfferingStatus
from app.services.registrations.seats import Registered, is_online, register_many
from app.services.shared.audit import record
from app.services.shared.licence_conditions import is_licensed
from app.services.shared.require_permission import account_here


def selectable(ctx: Context) -> ColumnElement[bool]:
    """Return the condition that classes may be registered for an offering: online, and the course has not ended.

    The window for students' own registration does not apply. The query must outer-join
    ``CourseOffering.licence``.
    """
    return and_(
        CourseOffering.school_id == ctx.school.id,
        CourseOffering.status == OfferingStatus.ONLINE,
        CourseOffering.ends_on >= ctx.today(),
        is_licensed(ctx.today()),
    )


def require_selectable(ctx: Context, offering: CourseOffering, title: str) -> None:
    """Refuse an offering that is not ``selectable``.

    Args:
        offering: from ``hold_seats``.

    Raises:
        Conflict: it is not online, or the course has ended.
    """
    if not is_online(ctx, offering):
        raise Conflict(msg("《%(title)s》没有上线，不能选课", title=title))
    if offering.ends_on is not None and offering.ends_on < ctx.today():
        raise Conflict(msg("《%(title)s》已经结束，不能再选课或撤销选课", title=title))


def title_of(ctx: Context, offering: CourseOffering) -> str:
    """Return the title of the course."""
    same = (Course.school_id == offering.course_owner_id, Course.id == offering.course_id)
    return ctx.session.scalars(select(Course.title).where(*same)).one()


def all_students(ctx: Context, class_id: int) -> Select[Any]:
    """Return a query for the students of a class."""
    return select(User.id).where(
        User.school_id == ctx.school.id, User.kind == "student", User.class_id == class_id
    )


def never_registered(offering_id: int | SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition on users who never had a registration for the offering, not even a withdrawn one."""
    trace = select(Registration.id).where(
        Registration.school_id == User.school_id,
        Registration.user_id == User.id,
        Registration.offering_id == offering_id,
    )
    # The offering may be a column of the outer query.
    return ~trace.correlate_except(Registration).exists()


def register_class(
    ctx: Context, *, offering: CourseOffering, class_id: int, students: Select[Any]
) -> tuple[ClassSelection, Registered]:
    """Register students of a class in one statement, record it, and store that the class has the course.

    The caller has checked the permission and ``require_selectable``.

    Args:
        offering: from ``hold_seats``, in this unit of work.
        students: a query for their ids.
    """
    selection = ClassSelection(
        school_id=ctx.school.id,
        class_id=class_id,
        offering_id=offering.id,
        registered=0,
        already=0,
        created_by=account_here(ctx),
        created_by_name=ctx.actor.name,
        created_at=ctx.now(),
    )
    ctx.session.add(selection)
    ctx.session.flush()
    done = register_many(ctx, offering=offering, user_ids=students, source="class", selection_id=selection.id)
    selection.registered, selection.already = done.registered, done.already
    selection.refused = dict(done.refused)
    statement = insert(ClassCourse).values(
        school_id=ctx.school.id, class_id=class_id, offering_id=offering.id
    )
    ctx.session.execute(statement.on_conflict_do_nothing())
    ctx.session.flush()
    facts = {"class_id": class_id, "selection_id": selection.id, "registered": done.registered}
    refused = sum(done.refused.values())
    record(
        ctx,
        "class.courses_selected",
        "offering",
        offering.id,
        facts | ({"refused": refused} if refused else {}),
    )
    return selection, done


#: reason of ``Registered.refused`` -> the message about so many students.
REFUSALS: Mapping[str, Callable[[int], Message]] = {
    "seats": lambda n: msg("名额已满 %(n)s 人", n=n),
    "disabled": lambda n: msg("账号已停用 %(n)s 人", n=n),
    "unknown": lambda n: msg("账号已不存在 %(n)s 人", n=n),
}


def refusals(refused: Mapping[str, int]) -> list[Message]:
    """Return the messages about students who could not be registered."""
    return [say(refused[reason]) for reason, say in REFUSALS.items() if refused.get(reason)]
