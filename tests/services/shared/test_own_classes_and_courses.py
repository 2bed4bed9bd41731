"""The rows of a school that a teacher reaches: the services' answer, independent of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import CourseOffering, OfferingAssistant, SchoolClass
from app.rules.permissions import Action, Role
from app.services.classes.courses import list_class_courses, list_registrations
from app.services.classes.lists import class_names, class_years, get_class, list_classes
from app.services.classes.students import list_class_students
from app.services.offerings.lists import list_school_courses
from app.services.shared.own_classes_and_courses import reachable_classes, reachable_offerings
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.teaching import Teaching

MakeCtx = Callable[..., Context]
MakeTeaching = Callable[..., Teaching]


def test_a_teacher_lists_his_own_and_an_administrator_all(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine, theirs = make_teaching(school, "甲"), make_teaching(school, "乙")
    teacher, office = make_ctx(school, Role.TEACHER, user=mine.teacher), make_ctx(school)
    assert [row.id for row in list_classes(teacher).rows] == [mine.class_id]
    assert [number for number, _name in class_names(teacher)] == [mine.class_id]
    assert list(class_years(teacher)) == [2026]
    assert [row.offering.id for row in list_school_courses(teacher).rows] == [mine.offering.id]
    assert list_school_courses(teacher).total == 1
    assert list_classes(office).total == list_school_courses(office).total == 2
    assert list_classes(teacher, text="乙").total == 0
    for attempt in (
        lambda: get_class(teacher, class_id=theirs.class_id),
        lambda: list_class_students(teacher, class_id=theirs.class_id),
        lambda: list_class_courses(teacher, class_id=theirs.class_id),
        lambda: list_registrations(teacher, class_id=theirs.class_id, offering_id=mine.offering.id),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_an_id_is_somebody_only_at_his_own_school(
    make_ctx: MakeCtx, school: SchoolInfo, other_school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine = make_teaching(school, "甲")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    stranger = replace(ctx, actor=replace(ctx.actor, school_id=other_school.id))
    nobody = replace(ctx, actor=replace(ctx.actor, user_id=None))
    assert list_classes(stranger).total == list_classes(nobody).total == 0


def test_the_conditions_let_through_what_is_the_actors_own(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine, theirs = make_teaching(school, "甲"), make_teaching(school, "乙")
    with school_scope(school.id) as session:
        session.add(OfferingAssistant(offering_id=theirs.offering.id, user_id=mine.teacher.id))
        session.commit()

    def found(ctx: Context) -> tuple[set[int], set[int]]:
        """Classes and offerings."""
        classes = select(SchoolClass.id).where(reachable_classes(ctx, Action.SEE_CLASSES))
        offerings = select(CourseOffering.id).where(reachable_offerings(ctx, Action.SEE_OFFERINGS))
        return set(ctx.session.scalars(classes)), set(ctx.session.scalars(offerings))

    everything = {mine.class_id, theirs.class_id}, {mine.offering.id, theirs.offering.id}
    assert found(make_ctx(school)) == everything
    assert found(make_ctx(school, Role.TEACHER, user=mine.teacher)) == ({mine.class_id}, everything[1])
    assert found(make_ctx(school, Role.TEACHER, user=theirs.teacher)) == (
        {theirs.class_id},
        {theirs.offering.id},
    )
    assert found(make_ctx(school, Role.TEACHER)) == (set(), set())
    for reachable in (reachable_classes, reachable_offerings):
        with pytest.raises(NotAllowed):
            reachable(make_ctx(school, Role.STUDENT, user=mine.settled), Action.SEE_CLASSES)
