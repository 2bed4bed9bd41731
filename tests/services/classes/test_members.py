"""「关联学生」 and 「删除」: who comes into a class, who leaves it, and who leaves another for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, NotFound
from app.models import User
from app.services.classes.edit import archive_class
from app.services.classes.members import associate, preview_association
from app.services.people.class_candidates import find_student_ids
from tenants.registry import SchoolInfo
from tests.support.rows import members
from tests.support.teaching import put_class

MakeUser = Callable[..., User]


def test_association_names_the_classes_that_are_left(
    ctx: Context, school: SchoolInfo, make_user: MakeUser
) -> None:
    old = put_class(school, number="2026001", name="旧班", entry_year=2026)
    new = put_class(school, number="2026002", name="新班", entry_year=2026)
    there, free, inside = (make_user(school, class_id=one) for one in (old, None, new))
    ids = [there.id, free.id, inside.id]
    assert set(find_student_ids(ctx, class_id=new, inside=False)) == {there.id, free.id}
    assert find_student_ids(ctx, class_id=new, inside=False, unassigned=True) == [free.id]
    plan = preview_association(ctx, class_id=new, user_ids=ids)
    assert (plan.joining, plan.already) == (2, 1)
    assert [(one.class_name, one.students, one.names) for one in plan.leaving] == [
        ("旧班", 1, (there.real_name,))
    ]
    # Nobody leaves a class without having been named.
    with pytest.raises(Conflict, match="核对"):
        associate(ctx, class_id=new, user_ids=ids)
    associate(ctx, class_id=new, user_ids=ids, leaving={old: 1})
    assert (members(ctx, old), members(ctx, new)) == (set(), set(ids))
    # An import does not overwrite unseen what was decided by hand.
    assert ctx.session.scalars(select(User.edited_columns).where(User.id == free.id)).one() == ["class_id"]


def test_students_leave_only_the_class_that_was_named(
    ctx: Context, school: SchoolInfo, make_user: MakeUser
) -> None:
    first, second, third = (
        put_class(school, number=f"202600{n}", name=f"{n}班", entry_year=2026) for n in (1, 2, 3)
    )
    ids = [make_user(school, class_id=first).id for _ in range(2)]
    told = {
        left.class_id: left.students
        for left in preview_association(ctx, class_id=third, user_ids=ids).leaving
    }
    # Another administrator, told the same, moves them first.
    associate(ctx, class_id=second, user_ids=ids, leaving=told)
    with pytest.raises(Conflict, match="核对"):
        associate(ctx, class_id=third, user_ids=ids, leaving=told)
    assert (members(ctx, second), members(ctx, third)) == (set(ids), set())


def test_only_students_of_the_school_come_into_a_class_in_use(
    ctx: Context, school: SchoolInfo, make_school: Callable[..., SchoolInfo], make_user: MakeUser
) -> None:
    class_id = put_class(school, number="2026001", name="一班", entry_year=2026)
    foreign, teacher = make_user(make_school()), make_user(school, kind="teacher")
    for user_id in (foreign.id, teacher.id):
        with pytest.raises(NotFound):
            associate(ctx, class_id=class_id, user_ids=[user_id])
    with pytest.raises(Conflict, match="勾选"):
        associate(ctx, class_id=class_id, user_ids=[])
    archive_class(ctx, class_id=class_id)
    with pytest.raises(Conflict, match="归档"):
        preview_association(ctx, class_id=class_id, user_ids=[make_user(school).id])
