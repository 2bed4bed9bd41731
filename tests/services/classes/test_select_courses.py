"""「选课」 of a whole class, from both sides: failures with reasons, undo, later joiners."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.errors import Conflict, NotAllowed, NotFound
from app.models import ClassCourse, ClassSelection, CourseOffering, Registration, User, WaitingPlace
from app.rules.permissions import Role
from app.services.classes.edit import archive_class, delete_class
from app.services.classes.later_joiners import answer_later_joiners, list_later_joiners
from app.services.classes.members import associate
from app.services.classes.merge_classes import move_class
from app.services.classes.select_courses import select_classes, select_courses, undo_selection
from app.services.classes.selectable import list_choosable, list_choosable_classes, list_selections
from app.services.people.edit import create_account
from app.services.registrations.self_service import register, withdraw
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.courses import days, put_course, put_offering, put_registration
from tests.support.pages import statements
from tests.support.rosters import Importer
from tests.support.teaching import put_class

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.fixture
def ctx(make_ctx: MakeCtx, school: SchoolInfo) -> Context:
    """An administrator at work."""
    return make_ctx(school)


@pytest.fixture
def class_id(school: SchoolInfo) -> int:
    """A class without students."""
    return put_class(school, number="2026001", name="一班", entry_year=2026)


@pytest.fixture
def offering(alliance: SchoolInfo, school: SchoolInfo) -> CourseOffering:
    """A course whose registration by students has not begun."""
    dates = {"registration_starts_on": days(3), "registration_ends_on": days(5)}
    return put_offering(alliance, school, put_course(school, title="内科学"), **dates)


def registered(ctx: Context, offering_id: int) -> set[int]:
    ctx.session.expire_all()
    active = (Registration.offering_id == offering_id, Registration.withdrawn_at.is_(None))
    return set(ctx.session.scalars(select(Registration.user_id).where(*active)))


def test_what_a_visiting_secretary_registered_keeps_the_name(
    ctx: Context,
    make_user: MakeUser,
    alliance: SchoolInfo,
    school: SchoolInfo,
    class_id: int,
    offering: CourseOffering,
) -> None:
    make_user(school, class_id=class_id)
    secretary = make_user(alliance, "secretary", real_name="林静")
    actor = replace(ctx.actor, user_id=secretary.id, name="林静", school_id=alliance.id, role=Role.VISITOR)
    with unit_of_work(replace(ctx, actor=actor)) as visiting:
        select_courses(visiting, class_id=class_id, offering_ids=[offering.id])
    selection = ctx.session.scalars(select(ClassSelection)).one()
    assert (selection.created_by, selection.created_by_name) == (None, "林静")


def test_a_whole_class_is_registered_before_the_window_and_told_why_some_are_not(
    ctx: Context,
    school: SchoolInfo,
    alliance: SchoolInfo,
    class_id: int,
    offering: CourseOffering,
    make_user: MakeUser,
) -> None:
    there, new, shut = (
        make_user(school, class_id=class_id, status=s) for s in ("active", "active", "disabled")
    )
    make_user(school, kind="teacher")
    put_registration(school, offering, there)
    narrow = put_offering(alliance, school, seats=1)
    with unit_of_work(ctx):
        first, second = select_courses(ctx, class_id=class_id, offering_ids=[narrow.id, offering.id])
    assert (first.title, first.registered, first.already) == ("内科学", 1, 1)
    assert [str(one) for one in first.refused] == ["账号已停用 1 人"]
    assert [str(one) for one in second.refused] == ["名额已满 1 人", "账号已停用 1 人"]
    assert registered(ctx, offering.id) == {there.id, new.id}
    # Short of seats, the lowest 学号 gets one.
    assert registered(ctx, narrow.id) == {there.id}
    assert shut.id not in registered(ctx, narrow.id)
    assert list_selections(ctx, class_id=class_id).total == 2
    rows = {row.offering_id: row for row in list_choosable(ctx, class_id=class_id).rows}
    assert (rows[narrow.id].free, rows[narrow.id].registered, rows[narrow.id].chosen) == (0, 1, True)
    assert rows[offering.id].free is None


def test_the_statements_do_not_grow_with_the_class(
    ctx: Context,
    school: SchoolInfo,
    alliance: SchoolInfo,
    make_user: MakeUser,
) -> None:
    counts = []
    for n, size in ((1, 1), (2, 7)):
        one = put_class(school, number=f"202600{n}", name=f"{n}班", entry_year=2026)
        for _ in range(size):
            make_user(school, class_id=one)
        course = put_offering(alliance, school)
        with statements(db.engine) as seen, unit_of_work(ctx):
            (done,) = select_courses(ctx, class_id=one, offering_ids=[course.id])
        assert done.registered == size
        assert sum("INSERT INTO enrolments" in statement for statement in seen) == 1
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_what_cannot_be_chosen_is_refused_with_its_name(
    ctx: Context, school: SchoolInfo, alliance: SchoolInfo, class_id: int, make_user: MakeUser
) -> None:
    make_user(school, class_id=class_id)
    course = put_course(school, title="解剖学")
    over = {"registration_starts_on": days(-90), "registration_ends_on": days(-80)}
    ended = put_offering(alliance, school, course, starts_on=days(-70), ends_on=days(-1), **over)
    offline = put_offering(alliance, school, status="offline")
    lapsed = put_offering(alliance, school, licence={"ends_on": days(-1)})
    for one, reason in ((ended, "《解剖学》已经结束"), (offline, "没有上线"), (lapsed, "没有上线")):
        with pytest.raises(Conflict, match=reason):
            select_courses(ctx, class_id=class_id, offering_ids=[one.id])
    assert list_choosable(ctx, class_id=class_id).total == 0
    good = put_offering(alliance, school)
    with pytest.raises(NotFound):
        select_courses(ctx, class_id=class_id, offering_ids=[10**12])
    with pytest.raises(Conflict, match="勾选"):
        select_courses(ctx, class_id=class_id, offering_ids=[])
    empty = put_class(school, number="2026002", name="空班", entry_year=2026)
    with pytest.raises(Conflict, match="还没有学生"):
        select_courses(ctx, class_id=empty, offering_ids=[good.id])
    ctx.session.rollback()
    archive_class(ctx, class_id=class_id)
    with pytest.raises(Conflict, match="归档"):
        select_courses(ctx, class_id=class_id, offering_ids=[good.id])


def test_undoing_takes_back_only_what_the_selection_did(
    ctx: Context,
    make_ctx: MakeCtx,
    school: SchoolInfo,
    alliance: SchoolInfo,
    class_id: int,
    make_user: MakeUser,
) -> None:
    offering = put_offering(alliance, school, seats=3)
    before, stays, left, waits = (
        make_user(school, class_id=one) for one in (class_id, class_id, class_id, None)
    )
    put_registration(school, offering, before)
    with unit_of_work(ctx):
        (done,) = select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
    assert done.registered == 2
    with unit_of_work(make_ctx(school, Role.STUDENT, user=waits)) as student:
        register(student, offering_id=offering.id)
    assert registered(ctx, offering.id) == {before.id, stays.id, left.id}
    with unit_of_work(make_ctx(school, Role.STUDENT, user=left)) as student:
        withdraw(student, offering_id=offering.id)
    assert waits.id in registered(ctx, offering.id)
    with unit_of_work(ctx):
        assert undo_selection(ctx, class_id=class_id, selection_id=done.selection_id) == 1
    assert registered(ctx, offering.id) == {before.id, waits.id}
    assert ctx.session.scalar(select(func.count()).select_from(WaitingPlace)) == 0
    with pytest.raises(Conflict, match="已经撤销"):
        undo_selection(ctx, class_id=class_id, selection_id=done.selection_id)
    assert ctx.session.scalar(select(ClassCourse.class_id)) is None


def test_undoing_is_not_possible_after_the_end_and_not_through_another_class(
    make_ctx: MakeCtx,
    ctx: Context,
    school: SchoolInfo,
    class_id: int,
    offering: CourseOffering,
    make_user: MakeUser,
) -> None:
    make_user(school, class_id=class_id)
    with unit_of_work(ctx):
        (done,) = select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
    other = put_class(school, number="2026002", name="二班", entry_year=2026)
    with pytest.raises(NotFound):
        undo_selection(ctx, class_id=other, selection_id=done.selection_id)
    with pytest.raises(Conflict, match="统一选课 1 门"):
        move_class(ctx, source_id=class_id, target_id=other, students=1)
        delete_class(ctx, class_id=class_id)
    ctx.session.rollback()
    later = make_ctx(school, now=ctx.now().replace(year=ctx.now().year + 1))
    with pytest.raises(Conflict, match="已经结束"):
        undo_selection(later, class_id=class_id, selection_id=done.selection_id)


def test_later_joiners_are_asked_about_once_and_then_follow_however_they_join(
    ctx: Context,
    school: SchoolInfo,
    class_id: int,
    offering: CourseOffering,
    make_user: MakeUser,
    sent: object,
) -> None:
    make_user(school, class_id=class_id)
    with unit_of_work(ctx):
        select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
    first, second, third, gone = (make_user(school) for _ in range(4))
    with unit_of_work(ctx):
        associate(ctx, class_id=class_id, user_ids=[first.id])
    (asked,) = list_later_joiners(ctx, class_id=class_id)
    assert (asked.answer, asked.waiting, asked.title) == ("ask", 1, "内科学")
    with unit_of_work(ctx):
        done = answer_later_joiners(ctx, class_id=class_id, offering_id=offering.id, follow=True)
    assert done is not None
    assert done.registered == 1
    # 关联
    with unit_of_work(ctx):
        assert associate(ctx, class_id=class_id, user_ids=[second.id]).registered == 1
    # Another class moves in.
    other = put_class(school, number="2026002", name="二班", entry_year=2026)
    with unit_of_work(ctx):
        associate(ctx, class_id=other, user_ids=[third.id])
        assert move_class(ctx, source_id=other, target_id=class_id, students=1).registered == 1
    # 添加
    number = f"{school.unit_code}2026777"
    typed = {"student_no": number, "real_name": "新生", "class_name": "一班", "entry_year": "2026"}
    with unit_of_work(ctx):
        added = create_account(ctx, kind="student", values=typed)
    assert {first.id, second.id, third.id, added.id} <= registered(ctx, offering.id)
    # 不注册
    with unit_of_work(ctx):
        assert answer_later_joiners(ctx, class_id=class_id, offering_id=offering.id, follow=False) is None
        assert associate(ctx, class_id=class_id, user_ids=[gone.id]).registered == 0
    assert gone.id not in registered(ctx, offering.id)


def test_who_was_taken_out_by_undoing_is_not_registered_again_with_the_next_who_joins(
    ctx: Context, school: SchoolInfo, class_id: int, offering: CourseOffering, make_user: MakeUser
) -> None:
    make_user(school, class_id=class_id)
    with unit_of_work(ctx):
        (done,) = select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
        answer_later_joiners(ctx, class_id=class_id, offering_id=offering.id, follow=True)
    first, second = make_user(school), make_user(school)
    with unit_of_work(ctx):
        assert associate(ctx, class_id=class_id, user_ids=[first.id]).registered == 1
    with unit_of_work(ctx):
        assert undo_selection(ctx, class_id=class_id, selection_id=done.selection_id) == 1
    with unit_of_work(ctx):
        assert associate(ctx, class_id=class_id, user_ids=[second.id]).registered == 0
    assert registered(ctx, offering.id) == {first.id}
    (asked,) = list_later_joiners(ctx, class_id=class_id)
    assert (asked.answer, asked.waiting) == ("ask", 2)


def test_who_joins_when_all_seats_are_taken_leaves_no_empty_selection(
    ctx: Context, school: SchoolInfo, alliance: SchoolInfo, class_id: int, make_user: MakeUser
) -> None:
    full = put_offering(alliance, school, seats=1)
    make_user(school, class_id=class_id)
    with unit_of_work(ctx):
        select_courses(ctx, class_id=class_id, offering_ids=[full.id])
        answer_later_joiners(ctx, class_id=class_id, offering_id=full.id, follow=True)
    for late in (make_user(school), make_user(school)):
        with unit_of_work(ctx):
            assert associate(ctx, class_id=class_id, user_ids=[late.id]).registered == 0
    assert list_selections(ctx, class_id=class_id).total == 1
    (shown,) = list_later_joiners(ctx, class_id=class_id)
    assert shown.waiting == 2


def test_an_import_registers_who_joins_a_class_that_is_followed(
    ctx: Context,
    school: SchoolInfo,
    class_id: int,
    offering: CourseOffering,
    make_user: MakeUser,
    importer: Importer,
) -> None:
    left = make_user(school, class_id=class_id)
    with unit_of_work(ctx):
        select_courses(ctx, class_id=class_id, offering_ids=[offering.id])
        answer_later_joiners(ctx, class_id=class_id, offering_id=offering.id, follow=True)
    with unit_of_work(ctx):
        # Who was taken out is not registered again.
        trace = ctx.session.scalars(select(Registration).where(Registration.user_id == left.id)).one()
        trace.withdrawn_at = ctx.now()
        ctx.session.flush()
    row = {"student_no": f"{school.unit_code}2026555", "real_name": "导入生", "class_name": "一班"}
    importer.do([row | {"entry_year": "2026"}])
    added = ctx.session.scalars(select(User.id).where(User.real_name == "导入生")).one()
    assert registered(ctx, offering.id) == {added}


def test_a_course_registers_several_classes(
    ctx: Context, school: SchoolInfo, offering: CourseOffering, make_user: MakeUser
) -> None:
    classes = [put_class(school, number=f"202600{n}", name=f"{n}班", entry_year=2026) for n in (1, 2)]
    students = {make_user(school, class_id=one).id for one in classes}
    with unit_of_work(ctx):
        done = select_classes(ctx, offering_id=offering.id, class_ids=classes)
    assert [(one.class_name, one.registered) for one in done] == [("1班", 1), ("2班", 1)]
    assert registered(ctx, offering.id) == students
    rows = list_choosable_classes(ctx, offering_id=offering.id).rows
    assert [(row.students, row.registered, row.chosen) for row in rows] == [(1, 1, True)] * 2


def test_two_classes_at_once_never_get_more_than_the_seats(
    make_ctx: MakeCtx, ctx: Context, school: SchoolInfo, alliance: SchoolInfo, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school, seats=5)
    classes = [put_class(school, number=f"202600{n}", name=f"{n}班", entry_year=2026) for n in (1, 2)]
    for one in classes:
        for _ in range(4):
            make_user(school, class_id=one)
    start = threading.Barrier(2)
    counts: list[int] = []

    def run(own: Context, one: int) -> None:
        start.wait()
        with unit_of_work(own):
            (done,) = select_courses(own, class_id=one, offering_ids=[offering.id])
        counts.append(done.registered)

    threads = [
        threading.Thread(target=copy_context().run, args=(run, make_ctx(school), one)) for one in classes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(counts) == [1, 4]
    assert len(registered(ctx, offering.id)) == 5


def test_only_administrators_choose(
    make_ctx: MakeCtx, school: SchoolInfo, class_id: int, offering: CourseOffering, make_user: MakeUser
) -> None:
    make_user(school, class_id=class_id)
    teacher = make_ctx(school, Role.TEACHER, user=make_user(school, kind="teacher"))
    with pytest.raises(NotAllowed):
        select_courses(teacher, class_id=class_id, offering_ids=[offering.id])
    with pytest.raises(NotAllowed):
        undo_selection(teacher, class_id=class_id, selection_id=1)
    with pytest.raises(NotAllowed):
        answer_later_joiners(teacher, class_id=class_id, offering_id=offering.id, follow=True)
