"""Students who join a class after 「选课」: one question, then registration or none."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from app.context import Context
from app.models import CourseOffering, Registration, User
from app.services.classes.later_joiners import answer_later_joiners, list_later_joiners
from app.services.classes.members import associate
from app.services.classes.merge_classes import move_class
from app.services.classes.select_courses import select_courses, undo_selection
from app.services.classes.selectable import list_selections
from app.services.people.edit import create_account
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_offering
from tests.support.rosters import Importer
from tests.support.rows import registered
from tests.support.teaching import put_class

MakeUser = Callable[..., User]


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
