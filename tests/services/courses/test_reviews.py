"""The review of own courses (manual 7.3)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, CourseReview, CourseVersion, Notice, OfferingAssistant, User
from app.rules.offerings.dates import Dates
from app.rules.permissions import Role
from app.services.catalogue.school import get_offering
from app.services.courses.drafts import open_draft, save_draft
from app.services.courses.review_pages import (
    DECIDED,
    count_waiting,
    get_own_status,
    get_review_page,
    list_reviews,
)
from app.services.courses.reviews import NotComplete, review_course, submit_course, take_off
from app.services.offerings.dates import schedule_offering
from app.services.offerings.read import get_school_course
from app.services.offerings.repeat_and_cancel import offer_again
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.own_courses import Own
from tests.support.waiting import PATIENCE, eventually, waits_for_a_lock

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]
MakeOwn = Callable[..., Own]


def notices(school: SchoolInfo, user: User) -> list[str]:
    """Subjects of a person's messages, latest first."""
    with school_scope(school.id) as session:
        found = session.scalars(
            select(Notice).where(Notice.user_id == user.id).order_by(Notice.id.desc())
        ).all()
        return [str(notice.subject["text"]) for notice in found]


def test_submission_is_refused_with_all_that_is_missing(school: SchoolInfo, own_course: MakeOwn) -> None:
    own = own_course(
        school, dated=False, teachers="", summary="", description="", hours=None, assessment=None
    )
    with pytest.raises(NotComplete) as refusal, unit_of_work(own.as_teacher()) as ctx:
        submit_course(ctx, course_id=own.course_id)
    assert list(refusal.value.missing) == [
        "teachers", "summary", "description", "hours", "assessment",
        "starts_on", "ends_on", "registration_starts_on", "registration_ends_on",
    ]  # fmt: skip
    assert own.states() == ("draft", "draft", "unhandled")
    status = get_own_status(own.as_teacher(), course_id=own.course_id)
    assert status.missing == refusal.value.missing
    assert (status.may_submit, status.may_review, status.may_recommend) == (True, False, False)


def test_the_way_to_the_students_with_reasons_kept_and_everybody_told(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, own_course: MakeOwn
) -> None:
    administrator = make_user(school, kind="administrator")
    own = own_course(school)
    assert own.states() == ("draft", "draft", "unhandled")
    own.submit()
    assert own.states() == ("pending", "pending", "unhandled")
    assert notices(school, administrator) == ["有课程等待审核"]
    with pytest.raises(Conflict, match="等待审核"):
        own.edit(summary="改了")
    assert count_waiting(make_ctx(school)) == 1
    own.decide(approve=False, reason="请补充教学大纲")
    assert own.states() == ("rejected", "rejected", "unhandled")
    assert notices(school, own.teacher) == ["您的课程未通过审核"]
    refusal = get_own_status(own.as_teacher(), course_id=own.course_id).refusal
    assert refusal is not None
    assert refusal.reason == "请补充教学大纲"
    own.edit(outline="<p>大纲</p>")
    own.submit()
    own.decide()
    assert own.states() == ("approved", None, "online")
    assert notices(school, own.teacher)[0] == "您的课程已通过审核"
    assert own.course().outline == "<p>大纲</p>"
    student = make_ctx(school, Role.STUDENT, user=make_user(school))
    assert get_offering(student, offering_id=own.offering_id).course.hours == 32
    page = get_review_page(make_ctx(school), course_id=own.course_id)
    assert [step.step for step in page.steps] == ["approved", "submitted", "rejected", "submitted"]
    assert page.steps[2].reason == "请补充教学大纲"
    with school_scope(school.id) as session:
        acts = session.scalars(
            select(AuditEntry.action).where(
                AuditEntry.object_id == own.course_id, AuditEntry.object_type == "course"
            )
        ).all()
    assert {"course.submitted", "course.rejected", "course.approved", "course.published"} <= set(acts)


def test_a_revision_waits_beside_the_live_version(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    with pytest.raises(Conflict, match="没有需要审核的修改"):
        own.submit()
    own.edit(summary="新的简介")
    assert own.states() == ("approved", "draft", "online")
    own.submit()
    assert own.states() == ("approved", "pending", "online")
    assert own.course().summary == "一门课程。"
    page = get_review_page(make_ctx(school), course_id=own.course_id)
    assert page.view.changed == ("summary",)
    assert page.view.live is not None
    assert (page.view.live.summary, page.view.content.summary) == ("一门课程。", "新的简介")
    own.decide(approve=False, reason="不妥")
    assert own.states() == ("approved", "rejected", "online")
    own.edit(summary="更好的简介")
    own.submit()
    own.decide()
    assert own.states() == ("approved", None, "online")
    assert own.course().summary == "更好的简介"
    assert own.course().version == 2


def test_taken_off_hides_it_ends_a_waiting_revision_and_leads_back_by_a_new_review(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    own.edit(summary="新的简介")
    own.submit()
    with pytest.raises(Invalid), unit_of_work(make_ctx(school)) as ctx:
        take_off(ctx, course_id=own.course_id, reason="  ")
    with unit_of_work(make_ctx(school)) as ctx:
        take_off(ctx, course_id=own.course_id, reason="本学期不开")
    assert own.states() == ("rejected", "rejected", "offline")
    assert notices(school, own.teacher)[0] == "您的课程已下线"
    with pytest.raises(NotFound):
        get_offering(own.as_teacher(), offering_id=own.offering_id)
    own.submit()
    assert own.states() == ("pending", "pending", "offline")
    own.decide()
    assert own.states() == ("approved", None, "online")
    assert own.course().summary == "新的简介"


def test_taken_off_and_submitted_as_it_is_makes_no_new_version_and_is_locked_meanwhile(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    with unit_of_work(make_ctx(school)) as ctx:
        take_off(ctx, course_id=own.course_id, reason="暂停")
    own.submit()
    assert own.states() == ("pending", None, "offline")
    with pytest.raises(Conflict, match="等待审核"):
        own.edit(summary="趁没人看")
    own.decide()
    assert own.states() == ("approved", None, "online")
    assert own.course().version == 1


def test_a_draft_that_changed_since_it_was_read_is_not_approved(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school)
    own.submit()
    read = get_review_page(make_ctx(school), course_id=own.course_id).view.revision
    own.decide(approve=False, reason="改")
    own.edit(summary="悄悄换掉")
    own.submit()
    with pytest.raises(Conflict, match="又有修改"), unit_of_work(make_ctx(school)) as ctx:
        review_course(ctx, course_id=own.course_id, revision=read, approve=True)
    assert own.states()[0] == "pending"


def test_of_two_administrators_at_once_one_wins_and_the_other_is_told(
    app_context: Flask, make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school)
    own.submit()
    revision = get_review_page(make_ctx(school), course_id=own.course_id).view.revision
    first = make_user(school, kind="administrator", real_name="甲管理员")
    others = [first, make_user(school, kind="administrator", real_name="乙管理员")]
    told: list[str] = []
    start = threading.Barrier(2)

    def decide(ctx: Context, approve: bool) -> None:
        start.wait()
        try:
            with app_context.app_context(), unit_of_work(ctx):
                review_course(ctx, course_id=own.course_id, revision=revision, approve=approve, reason="原因")
        except Conflict as refusal:
            told.append(str(refusal))

    contexts = [make_ctx(school, Role.ADMINISTRATOR, user=user) for user in others]
    threads = [
        threading.Thread(target=decide, args=(ctx, approve))
        for ctx, approve in zip(contexts, (True, False), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert "管理员 已经处理了这门课程" in told[0]
    with school_scope(school.id) as session:
        steps = session.scalars(
            select(CourseReview.step).where(CourseReview.course_id == own.course_id).order_by(CourseReview.id)
        ).all()
    assert len(steps) == 2


def test_who_may_do_what(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, other_school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school)
    stranger = make_ctx(school, Role.TEACHER, user=make_user(school, kind="teacher"))
    with pytest.raises(NotFound):
        submit_course(stranger, course_id=own.course_id)
    helper = make_user(school, kind="teacher")
    with school_scope(school.id) as session:
        session.add(OfferingAssistant(offering_id=own.offering_id, user_id=helper.id))
        session.commit()
    with unit_of_work(make_ctx(school, Role.TEACHER, user=helper)) as ctx:
        submit_course(ctx, course_id=own.course_id)
    for attempt in (
        lambda ctx: review_course(ctx, course_id=own.course_id, revision=1, approve=True),
        lambda ctx: take_off(ctx, course_id=own.course_id, reason="x"),
        lambda ctx: get_review_page(ctx, course_id=own.course_id),
        list_reviews,
    ):
        for ctx in (own.as_teacher(), make_ctx(school, Role.STUDENT)):
            with pytest.raises(NotAllowed):
                attempt(ctx)
    assert count_waiting(own.as_teacher()) == 0
    # Another school's review, course and working copy are not there, by whatever name.
    elsewhere = make_ctx(other_school)
    for attempt in (
        lambda: review_course(elsewhere, course_id=own.course_id, revision=1, approve=True),
        lambda: get_review_page(elsewhere, course_id=own.course_id),
        lambda: get_own_status(elsewhere, course_id=own.course_id),
        lambda: submit_course(elsewhere, course_id=own.course_id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert list_reviews(elsewhere).total == 0


def test_the_list_of_what_waits_and_of_what_was_decided(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    written, waits, decided = own_course(school), own_course(school), own_course(school).approved()
    waits.submit()
    decided.edit(title=f"修订的标题{school.id}")
    decided.submit()
    ctx = make_ctx(school)
    found = list_reviews(ctx)
    assert [row.course_id for row in found.rows] == [waits.course_id, decided.course_id]
    assert [row.first for row in found.rows] == [True, False]
    assert list_reviews(ctx, text=f"修订的标题{school.id}").total == 1
    assert list_reviews(ctx, state=DECIDED).total == 0
    assert list_reviews(ctx, page=9).total == 2
    waits.decide(approve=False, reason="不行")
    (row,) = list_reviews(make_ctx(school), state=DECIDED).rows
    assert (row.course_id, row.step.reason) == (waits.course_id, "不行")
    assert written.course_id not in [row.course_id for row in list_reviews(ctx).rows]


def test_new_dates_of_an_approved_course_need_no_review(
    make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    with unit_of_work(own.as_teacher()) as ctx:
        saved = save_draft(
            ctx,
            course_id=own.course_id,
            revision=open_draft(ctx, course_id=own.course_id).revision,
            values={"summary": "一门课程。"},
        )
    assert saved.view.state is None
    with school_scope(school.id) as session:
        numbers = session.scalars(
            select(CourseVersion.number).where(CourseVersion.course_id == own.course_id)
        ).all()
    assert numbers == [1]


def test_dates_that_are_set_while_the_course_is_taken_off_do_not_show_it(
    app_context: Flask, make_ctx: MakeCtx, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    with unit_of_work(make_ctx(school)) as ctx:
        again = offer_again(ctx, offering_id=own.offering_id, term="2026-2027-2")
        known = get_school_course(ctx, offering_id=own.offering_id).offering
        dates = {name: getattr(known, name) for name in Dates.__slots__}

    def set_dates(ctx: Context) -> str:
        with app_context.app_context(), unit_of_work(ctx):
            return schedule_offering(ctx, offering_id=again.id, **dates).status

    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(make_ctx(school)) as ctx:
            take_off(ctx, course_id=own.course_id, reason="内容过时")
            setting = pool.submit(set_dates, make_ctx(school))
            # Dates that wait for nobody are done by then.
            eventually(lambda: setting.done() or waits_for_a_lock(ctx.session))
        assert setting.result(PATIENCE) == "unhandled"
    assert own.states()[0] == "rejected"
