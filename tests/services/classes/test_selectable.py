"""Courses that a class can be registered for, and classes for a course."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import CourseOffering, User
from app.rules.permissions import Role
from app.services.classes.select_courses import select_courses, undo_selection
from app.services.classes.selectable import list_choosable, list_choosable_classes, list_selections
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.courses import days, put_course, put_offering
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


def test_own_and_alliance_courses_are_found_the_next_to_end_last(
    ctx: Context, alliance: SchoolInfo, school: SchoolInfo, class_id: int
) -> None:
    shared = put_course(alliance, title=f"内科学{school.id}", teachers="王教授")
    soon = put_offering(alliance, school, shared, registration_ends_on=days(2))
    own = put_course(school, title="外科学", teachers="李教授")
    late = put_offering(alliance, school, own, registration_ends_on=days(4), seats=3)
    put_offering(alliance, school, status="offline")
    rows = list_choosable(ctx, class_id=class_id).rows
    assert [(row.offering_id, row.own, row.free, row.chosen) for row in rows] == [
        (late.id, True, 3, False),
        (soon.id, False, None, False),
    ]
    assert [row.title for row in list_choosable(ctx, class_id=class_id, text="外科").rows] == ["外科学"]
    assert [row.title for row in list_choosable(ctx, class_id=class_id, text="王教").rows] == [shared.title]


def test_selections_are_listed_latest_first_with_their_undoing(
    ctx: Context,
    alliance: SchoolInfo,
    school: SchoolInfo,
    class_id: int,
    offering: CourseOffering,
    make_user: MakeUser,
) -> None:
    make_user(school, class_id=class_id)
    other = put_offering(alliance, school)
    with unit_of_work(ctx):
        (first,) = select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
        select_courses(ctx, class_id=class_id, offering_ids=[other.id])
    with unit_of_work(ctx):
        undo_selection(ctx, class_id=class_id, selection_id=first.selection_id)
    rows = list_selections(ctx, class_id=class_id).rows
    assert [(row.offering_id, row.registered, row.undoable) for row in rows] == [
        (other.id, 1, True),
        (offering.id, 1, False),
    ]


def test_a_course_that_has_ended_is_no_longer_undoable(
    make_ctx: MakeCtx,
    ctx: Context,
    school: SchoolInfo,
    class_id: int,
    offering: CourseOffering,
    make_user: MakeUser,
) -> None:
    make_user(school, class_id=class_id)
    with unit_of_work(ctx):
        select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
    later = make_ctx(school, now=NOW.replace(year=NOW.year + 1))
    (row,) = list_selections(later, class_id=class_id).rows
    assert (row.ended, row.undone_at, row.undoable) == (True, None, False)


def test_a_course_is_offered_to_classes_in_use(
    ctx: Context, school: SchoolInfo, class_id: int, offering: CourseOffering, make_user: MakeUser
) -> None:
    newer = put_class(school, number="2027001", name="二班", entry_year=2027, major="药学")
    put_class(school, number="2019001", name="旧班", entry_year=2019, archived_at=NOW)
    make_user(school, class_id=class_id)
    with unit_of_work(ctx):
        select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
    rows = list_choosable_classes(ctx, offering_id=offering.id).rows
    assert [(row.id, row.students, row.registered, row.chosen) for row in rows] == [
        (newer, 0, 0, False),
        (class_id, 1, 1, True),
    ]
    assert [row.id for row in list_choosable_classes(ctx, offering_id=offering.id, text="药学 二").rows] == [
        newer
    ]


def test_only_administrators_are_offered_anything_and_of_their_own_school(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, class_id: int, offering: CourseOffering
) -> None:
    teacher = make_ctx(school, Role.TEACHER)
    with pytest.raises(NotAllowed):
        list_choosable(teacher, class_id=class_id)
    with pytest.raises(NotAllowed):
        list_choosable_classes(teacher, offering_id=offering.id)
    with pytest.raises(NotFound):
        list_choosable(make_ctx(other_school), class_id=class_id)
