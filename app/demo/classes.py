"""What the demo's administrators did with their classes: courses chosen, a newcomer waiting, a graduated class."""

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

#: For so many courses the first class is registered.
_COURSES = 2


def arrange_classes(ctx: Context) -> None:
    """Choose courses for the school's first class, put students without a class into it, archive an old class."""
    first = ctx.session.scalar(select(SchoolClass.id).order_by(SchoolClass.id).limit(1))
    if first is None or ctx.session.scalar(select(ClassSelection.id).limit(1)) is not None:
        return
    chief = ctx.session.scalars(select(User).where(User.kind == "administrator").order_by(User.id)).first()
    assert chief is not None
    actor = Actor(Role.ADMINISTRATOR, chief.real_name, user_id=chief.id, school_id=ctx.school.id)
    ctx = replace(ctx, actor=actor)
    online = select(CourseOffering.id).outerjoin(CourseOffering.licence).where(selectable(ctx))
    chosen = ctx.session.scalars(online.order_by(CourseOffering.id).limit(_COURSES)).all()
    if chosen:
        select_courses(ctx, class_id=first, offering_ids=chosen)
        # The other course's newcomers are still to be decided about.
        answer_later_joiners(ctx, class_id=first, offering_id=chosen[0], follow=True)
    classless = select(User.id).where(User.kind == "student", User.class_id.is_(None))
    newcomers = ctx.session.scalars(classless).all()
    if newcomers:
        associate(ctx, class_id=first, user_ids=newcomers)
    graduated = members().graduated
    year = ctx.today().year - graduated.years_ago
    values = {"name": graduated.name, "major": graduated.major, "entry_year": str(year)}
    archive_class(ctx, class_id=create_class(ctx, values=values).id)
