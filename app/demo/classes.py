"""The demo's classes: selected courses (选课), a later joiner who waits for a decision, a graduated class."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from app.context import Actor, Context
from app.demo.schools import members
from app.models import ClassSelection, CourseOffering, SchoolClass, User
from app.rules.permissions import Role
from app.services.classes.edit import archive_class, create_class
from app.services.classes.later_joiners import answer_later_joiners
from app.services.classes.members import associate
from app.services.classes.register import selectable
from app.services.classes.select_courses import select_courses

#: The number of courses that the first class is registered for.
_COURSES = 2


def arrange_classes(ctx: Context) -> None:
    """Select courses for the first class, add students without a class to it, and archive a graduated class."""
    first = ctx.session.scalar(select(SchoolClass.id).order_by(SchoolClass.id).limit(1))
    if first is None or ctx.session.scalar(select(ClassSelection.id).limit(1)) is not None:
        return
    administrators = select(User).where(User.kind == "administrator").order_by(User.id)
    administrator = ctx.session.scalars(administrators).first()
    assert administrator is not None
    actor = Actor(
        Role.ADMINISTRATOR, administrator.real_name, user_id=administrator.id, school_id=ctx.school.id
    )
    ctx = replace(ctx, actor=actor)
    online = select(CourseOffering.id).outerjoin(CourseOffering.licence).where(selectable(ctx))
    chosen = ctx.session.scalars(online.order_by(CourseOffering.id).limit(_COURSES)).all()
    if chosen:
        select_courses(ctx, class_id=first, offering_ids=chosen)
        # the other course's later joiners still wait for a decision
        answer_later_joiners(ctx, class_id=first, offering_id=chosen[0], follow=True)
    without_class = select(User.id).where(User.kind == "student", User.class_id.is_(None))
    newcomers = ctx.session.scalars(without_class).all()
    if newcomers:
        associate(ctx, class_id=first, user_ids=newcomers)
    graduated = members().graduated
    year = ctx.today().year - graduated.years_ago
    values = {"name": graduated.name, "major": graduated.major, "entry_year": str(year)}
    archive_class(ctx, class_id=create_class(ctx, values=values).id)
