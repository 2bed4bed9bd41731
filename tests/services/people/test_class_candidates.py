"""The students of a class, and those who could come into it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.permissions import Role
from app.services.people.class_candidates import find_student_ids, find_students
from tenants.registry import SchoolInfo
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]


def test_those_inside_and_those_outside_are_told_apart(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User]
) -> None:
    ctx = make_ctx(school)
    class_id, other = (put_class(school, number=f"202600{n}", name=f"{n}班") for n in (1, 2))
    inside = make_user(school, class_id=class_id, real_name="陈一")
    elsewhere = make_user(school, class_id=other, real_name="陈二")
    free = make_user(school, real_name="陈三")
    make_user(school, kind="teacher", real_name="陈老师")

    def found(**how: bool) -> set[int]:
        """The page and the ids of all pages say the same."""
        rows = find_students(ctx, class_id=class_id, text="陈", **how).rows
        ids = find_student_ids(ctx, class_id=class_id, text="陈", **how)
        assert sorted(row.id for row in rows) == sorted(ids)
        return set(ids)

    assert found(inside=True) == {inside.id}
    assert found(inside=False) == {elsewhere.id, free.id}
    assert found(inside=False, unassigned=True) == {free.id}
    assert find_student_ids(ctx, class_id=class_id, inside=False, text="陈二") == [elsewhere.id]


def test_only_administrators_look_and_at_classes_of_their_own(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    class_id = put_class(school, number="2026001", name="一班")
    with pytest.raises(NotAllowed):
        find_students(make_ctx(school, Role.TEACHER), class_id=class_id, inside=True)
    with pytest.raises(NotAllowed):
        find_student_ids(make_ctx(school, Role.TEACHER), class_id=class_id, inside=True)
    with pytest.raises(NotFound):
        find_students(make_ctx(other_school), class_id=class_id, inside=False)
