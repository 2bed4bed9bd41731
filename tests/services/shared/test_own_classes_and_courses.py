"""The rows of a school that a teacher reaches: the services' answer, independent of the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound
from app.models import User
from app.rules.permissions import MAY, Action, Reach, Role, may, reach
from app.services.classes.courses import get_class_course, list_class_courses, list_registrations
from app.services.classes.head_teachers import head_teacher_choices, set_head_teacher
from app.services.classes.lists import class_names, class_years, get_class, list_classes
from app.services.classes.students import StudentSort, list_class_students
from app.services.offerings.lists import list_school_courses
from app.services.shared.activation import Activation
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_registration
from tests.support.teaching import Teaching

MakeCtx = Callable[..., Context]
MakeTeaching = Callable[..., Teaching]


def test_the_table_knows_every_act_and_a_teacher_has_no_act_on_all_rows_of_others() -> None:
    assert set(MAY) == set(Action)
    teachers = {action: reach(Role.TEACHER, action) for action in Action if may(Role.TEACHER, action)}
    assert {action for action, rows in teachers.items() if rows is Reach.OWN} == {
        Action.SEE_CLASSES,
        Action.SEE_OFFERINGS,
        Action.EDIT_COURSE,
        Action.DISCARD_DRAFT,
        Action.SUBMIT_COURSE,
        Action.SCHEDULE_OFFERING,
        Action.MANAGE_REGISTRATIONS,
        Action.EXPORT_REGISTRATIONS,
    }
    assert {action for action, rows in teachers.items() if rows is Reach.ALL} <= {
        Action.ENTER_MANAGEMENT,
        Action.REGISTER,
        Action.CREATE_COURSE,
    }


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


def test_a_class_counts_its_students_by_what_they_do_with_their_accounts(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine = make_teaching(school, "甲")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    row = get_class(ctx, class_id=mine.class_id)
    assert (row.students, row.never, row.disabled) == (3, 1, 1)
    by_state = {
        state: [one.id for one in list_class_students(ctx, class_id=mine.class_id, activation=state).rows]
        for state in Activation
    }
    assert by_state == {
        Activation.NEVER: [mine.fresh.id],
        Activation.ACTIVE: [mine.settled.id],
        Activation.DISABLED: [mine.shut.id],
    }


def test_registrations_of_a_class_leave_out_other_classes_and_who_withdrew(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine, theirs = make_teaching(school, "甲"), make_teaching(school, "乙")
    put_registration(school, mine.offering, theirs.settled)
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    place = {"class_id": mine.class_id, "offering_id": mine.offering.id}
    assert get_class_course(ctx, **place).registered == 1
    assert [one.id for one in list_registrations(ctx, **place, registered=True).rows] == [mine.settled.id]
    missing = list_registrations(ctx, **place, registered=False, sort=StudentSort.NAME)
    assert {one.id for one in missing.rows} == {mine.fresh.id, mine.shut.id}
    first = list_registrations(ctx, **place, sort=StudentSort.REGISTERED, descending=True).rows[0]
    assert first.id == mine.settled.id
    assert first.registered_at is not None
    with pytest.raises(NotFound):
        get_class_course(ctx, class_id=mine.class_id, offering_id=999_999_999)


def test_a_teacher_gives_no_class_a_head_and_sees_no_list_of_colleagues(
    make_ctx: MakeCtx, school: SchoolInfo, make_teaching: MakeTeaching
) -> None:
    mine = make_teaching(school, "甲")
    ctx = make_ctx(school, Role.TEACHER, user=mine.teacher)
    with pytest.raises(NotAllowed):
        set_head_teacher(ctx, class_id=mine.class_id, teacher_id=None)
    with pytest.raises(NotAllowed):
        head_teacher_choices(ctx, class_id=mine.class_id)


def test_the_choice_keeps_a_head_teacher_whose_account_was_shut(
    make_ctx: MakeCtx, school: SchoolInfo, make_user: Callable[..., User], make_teaching: MakeTeaching
) -> None:
    mine = make_teaching(school, "甲")
    shut = make_user(school, kind="teacher", status="disabled")
    with unit_of_work(make_ctx(school)) as ctx:
        ctx.session.get_one(User, (school.id, mine.teacher.id)).status = "disabled"
    offered = [number for number, _name in head_teacher_choices(make_ctx(school), class_id=mine.class_id)]
    assert offered == [mine.teacher.id]
    assert shut.id not in offered
    with unit_of_work(make_ctx(school)) as ctx:
        kept = set_head_teacher(ctx, class_id=mine.class_id, teacher_id=mine.teacher.id)
    assert kept.head_teacher_id == mine.teacher.id
