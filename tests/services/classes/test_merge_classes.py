"""「整班转入」: a class moved into another as a whole, and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import Conflict, Invalid
from app.models import User
from app.services.classes.edit import archive_class
from app.services.classes.lists import get_class
from app.services.classes.members import dissociate
from app.services.classes.merge_classes import AlreadyUndone, move_class, preview_move, undo_move
from tenants.registry import SchoolInfo
from tests.support.rows import members
from tests.support.teaching import put_class

MakeUser = Callable[..., User]


def test_a_class_moves_into_another_and_back(ctx: Context, school: SchoolInfo, make_user: MakeUser) -> None:
    teacher = make_user(school, kind="teacher")
    old = put_class(school, number="2026001", name="旧班", entry_year=2026, head_teacher_id=teacher.id)
    new = put_class(school, number="2026002", name="新班", entry_year=2026)
    moved, gone, before = (make_user(school, class_id=one) for one in (old, old, new))
    preview = preview_move(ctx, source_id=old, target_id=new)
    assert (preview.source.students, preview.target.students, preview.may_take_teacher) == (2, 1, True)
    with pytest.raises(Conflict, match="核对"):
        move_class(ctx, source_id=old, target_id=new, students=3)
    done = move_class(ctx, source_id=old, target_id=new, students=2, archive=True, take_teacher=True)
    assert members(ctx, new) == {moved.id, gone.id, before.id}
    assert get_class(ctx, class_id=old).archived_at is not None
    assert get_class(ctx, class_id=new).head_teacher_id == teacher.id
    # Who has left the new class meanwhile stays where he is.
    dissociate(ctx, class_id=new, user_ids=[gone.id])
    assert undo_move(ctx, source_id=old, target_id=new, user_ids=done.user_ids, restore=done.archived) == 1
    assert (members(ctx, old), members(ctx, new)) == ({moved.id}, {before.id})
    assert get_class(ctx, class_id=old).archived_at is None
    with pytest.raises(AlreadyUndone, match="已经撤销"):
        undo_move(ctx, source_id=old, target_id=new, user_ids=done.user_ids, restore=done.archived)


def test_a_class_does_not_move_into_itself_or_into_an_archived_one(
    ctx: Context, school: SchoolInfo, make_user: MakeUser
) -> None:
    one, other = (put_class(school, number=f"202600{n}", name=f"{n}班", entry_year=2026) for n in (1, 2))
    make_user(school, class_id=one)
    with pytest.raises(Invalid):
        preview_move(ctx, source_id=one, target_id=one)
    archive_class(ctx, class_id=other)
    with pytest.raises(Conflict, match="归档"):
        move_class(ctx, source_id=one, target_id=other, students=1)
