"""The working copy of a course: its editors, concurrent changes, and the live version meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.context import Context
from app.demo.data_files import cover_svg
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, Course, CourseDraft, CourseOffering, CourseVersion, OfferingAssistant, User
from app.rules.permissions import Role
from app.services.courses.create_and_release import create_own_course, publish_version
from app.services.courses.drafts import (
    EditedMeanwhile,
    discard_draft,
    draft_of,
    get_draft_cover,
    open_draft,
    publish_draft,
    save_draft,
    set_cover,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import content, put_course, put_offering

MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]


@pytest.fixture
def author(school: SchoolInfo, make_user: MakeUser) -> User:
    """A teacher who makes a course."""
    return make_user(school, kind="teacher", real_name="李老师")


@pytest.fixture
def course_id(make_ctx: MakeCtx, school: SchoolInfo, author: User) -> int:
    """A course that the teacher has just made."""
    with unit_of_work(make_ctx(school, Role.TEACHER, user=author)) as ctx:
        return create_own_course(ctx, content=content()).course_id


def save(ctx: Context, course_id: int, revision: int, **values: object) -> int:
    with unit_of_work(ctx) as inner:
        saved = save_draft(inner, course_id=course_id, revision=revision, values=values)
    assert not saved.problems
    return saved.view.revision


def test_a_teacher_runs_the_course_that_he_makes(
    make_ctx: MakeCtx, school: SchoolInfo, author: User, course_id: int
) -> None:
    ctx = make_ctx(school)
    offering = ctx.session.scalars(select(CourseOffering).where(CourseOffering.course_id == course_id)).one()
    assert (offering.operating_teacher_id, offering.status, offering.licence_id) == (
        author.id,
        "unhandled",
        None,
    )
    view = open_draft(ctx, course_id=course_id)
    assert (view.course.created_by, view.course.status, view.live, view.state) == (
        author.id,
        "draft",
        None,
        "draft",
    )
    assert view.course.description == ""
    assert view.content.description


def test_an_administrators_course_has_no_operating_teacher_yet(make_ctx: MakeCtx, school: SchoolInfo) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        assert create_own_course(ctx, content=content()).operating_teacher_id is None


def test_only_staff_of_a_school_make_own_courses(
    make_ctx: MakeCtx, school: SchoolInfo, alliance: SchoolInfo
) -> None:
    for ctx in (
        make_ctx(school, Role.STUDENT),
        make_ctx(alliance, Role.SECRETARY),
        make_ctx(alliance, Role.OPERATOR),
    ):
        with pytest.raises(NotAllowed):
            create_own_course(ctx, content=content())


def test_who_edits_the_teachers_who_run_or_assist_it_and_the_administrators(
    make_ctx: MakeCtx,
    make_user: MakeUser,
    school: SchoolInfo,
    other_school: SchoolInfo,
    author: User,
    course_id: int,
) -> None:
    assistant, stranger = make_user(school, kind="teacher"), make_user(school, kind="teacher")
    with unit_of_work(make_ctx(school)) as ctx:
        offering_id = ctx.session.scalars(
            select(CourseOffering.id).where(CourseOffering.course_id == course_id)
        ).one()
        ctx.session.add(OfferingAssistant(offering_id=offering_id, user_id=assistant.id))
    for ctx in (
        make_ctx(school, Role.TEACHER, user=author),
        make_ctx(school, Role.TEACHER, user=assistant),
        make_ctx(school),
    ):
        assert open_draft(ctx, course_id=course_id).content.title
    for ctx in (make_ctx(school, Role.TEACHER, user=stranger), make_ctx(other_school)):
        with pytest.raises(NotFound):
            save_draft(ctx, course_id=course_id, revision=1, values={"title": "我的了"})
    with pytest.raises(NotAllowed):
        open_draft(make_ctx(school, Role.STUDENT), course_id=course_id)


def test_what_is_right_is_saved_and_what_is_wrong_is_said(
    make_ctx: MakeCtx, school: SchoolInfo, course_id: int
) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        other = create_own_course(ctx, content=content(code="K1"))
        title = ctx.session.scalars(select(Course.title).where(Course.id == other.course_id)).one()
        saved = save_draft(
            ctx,
            course_id=course_id,
            revision=1,
            values={"title": title, "code": "K1", "hours": 0, "summary": "新的简介", "outline": "一"},
        )
    assert set(saved.problems) == {"title", "code", "hours"}
    view = open_draft(make_ctx(school), course_id=course_id)
    assert (view.content.summary, view.content.outline, view.content.hours) == ("新的简介", "<p>一</p>", 32)


def test_lists_find_a_new_course_under_the_title_that_it_has_now(
    make_ctx: MakeCtx, school: SchoolInfo, course_id: int
) -> None:
    save(make_ctx(school), course_id, 1, title="全新的名称", teachers="丙")
    course = make_ctx(school).session.scalars(select(Course).where(Course.id == course_id)).one()
    assert (course.title, course.title_initials, course.teachers, course.summary) == (
        "全新的名称",
        "qxdmc",
        "丙",
        "",
    )


def test_two_people_at_different_fields_do_not_disturb_each_other(
    make_ctx: MakeCtx, school: SchoolInfo, course_id: int
) -> None:
    first = open_draft(make_ctx(school), course_id=course_id).revision
    save(make_ctx(school), course_id, first, summary="甲写的")
    with unit_of_work(make_ctx(school)) as ctx:
        saved = save_draft(ctx, course_id=course_id, revision=first, values={"audience": "乙写的"})
    assert saved.newer == ("summary",)
    assert (saved.view.content.summary, saved.view.content.audience) == ("甲写的", "乙写的")


def test_two_people_at_one_field_are_asked_and_nothing_is_lost(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, course_id: int
) -> None:
    colleague = make_user(school, kind="administrator", real_name="王主任")
    first = open_draft(make_ctx(school), course_id=course_id).revision
    second = save(make_ctx(school, user=colleague), course_id, first, summary="甲写的")
    with pytest.raises(EditedMeanwhile) as refused, unit_of_work(make_ctx(school)) as ctx:
        save_draft(
            ctx, course_id=course_id, revision=first, values={"summary": "乙写的", "audience": "乙加的"}
        )
    assert refused.value.fields == ("summary",)
    assert (refused.value.mine.summary, refused.value.view.content.summary) == ("乙写的", "甲写的")
    assert "王主任" in str(refused.value)
    assert open_draft(make_ctx(school), course_id=course_id).content.audience == ""
    # 用我的: with what he has read now.
    third = save(make_ctx(school), course_id, refused.value.view.revision, summary="乙写的")
    assert third > second
    # The same text by both is no conflict.
    save(make_ctx(school), course_id, first, summary="乙写的")


def test_nobody_is_told_that_he_himself_was_the_other(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, course_id: int
) -> None:
    me, colleague = (
        make_ctx(school, user=make_user(school, kind="administrator", real_name=name))
        for name in ("甲主任", "乙主任")
    )
    first = open_draft(me, course_id=course_id).revision
    save(colleague, course_id, first, summary="乙写的")
    # The page saves field by field.
    save(me, course_id, first, audience="甲写的")
    with pytest.raises(EditedMeanwhile) as refused, unit_of_work(me) as ctx:
        save_draft(ctx, course_id=course_id, revision=first, values={"summary": "甲写的"})
    assert refused.value.fields == ("summary",)
    assert "甲主任" not in str(refused.value)


def test_a_copy_that_was_published_or_discarded_meanwhile_is_old_in_every_field(
    make_ctx: MakeCtx, school: SchoolInfo, course_id: int
) -> None:
    first = open_draft(make_ctx(school), course_id=course_id).revision
    with unit_of_work(make_ctx(school)) as ctx:
        course = open_draft(ctx, course_id=course_id).course
        publish_draft(ctx, course=course)
        course.status = "approved"
    with pytest.raises(EditedMeanwhile), unit_of_work(make_ctx(school)) as ctx:
        save_draft(ctx, course_id=course_id, revision=first, values={"summary": "旧页面"})
    now = open_draft(make_ctx(school), course_id=course_id).revision
    then = save(make_ctx(school), course_id, now, summary="改了")
    with unit_of_work(make_ctx(school)) as ctx:
        discard_draft(ctx, course_id=course_id)
    again = open_draft(make_ctx(school), course_id=course_id)
    assert (again.state, again.content.summary, again.changed) == (None, "一门课程。", ())
    save(make_ctx(school), course_id, again.revision, audience="新的")
    with pytest.raises(EditedMeanwhile), unit_of_work(make_ctx(school)) as ctx:
        save_draft(ctx, course_id=course_id, revision=then, values={"summary": "旧页面"})


def test_what_is_live_stays_until_the_copy_is_published(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    secretariat: Context,
    school: SchoolInfo,
) -> None:
    course = put_course(alliance, summary="第一版")
    put_offering(alliance, school, course)
    revision = open_draft(secretariat, course_id=course.id).revision
    with unit_of_work(secretariat) as ctx:
        save_draft(ctx, course_id=course.id, revision=revision, values={"summary": "第二版", "hours": 48})
        set_cover(ctx, course_id=course.id, content=cover_svg("helix"))

    def seen() -> Course:
        ctx = make_ctx(school)
        return ctx.session.scalars(select(Course).where(Course.id == course.id)).one()

    assert (seen().summary, seen().version, seen().cover_sha) == ("第一版", 1, None)
    view = open_draft(secretariat, course_id=course.id)
    assert view.changed == ("summary", "cover", "hours")
    with unit_of_work(secretariat) as ctx:
        version = publish_version(ctx, course_id=course.id, revision=view.revision, note=" 补充  病例 ")
        assert draft_of(ctx, view.course) is None
    assert (version.number, version.changed, version.note) == (2, ["summary", "cover", "hours"], "补充 病例")
    assert (seen().summary, seen().version, seen().cover_sha) == ("第二版", 2, view.content.cover)
    cover = secretariat.session.scalars(select(Course.cover).where(Course.id == course.id)).one()
    assert cover


def test_publishing_needs_a_note_a_change_and_the_copy_that_was_read(
    alliance: SchoolInfo, secretariat: Context
) -> None:
    course = put_course(alliance)
    view = open_draft(secretariat, course_id=course.id)
    with pytest.raises(Conflict, match="没有未发布的修改"):
        publish_version(secretariat, course_id=course.id, revision=view.revision, note="说明")
    with unit_of_work(secretariat) as ctx:
        save_draft(ctx, course_id=course.id, revision=view.revision, values={"summary": "新"})
    now = open_draft(secretariat, course_id=course.id).revision
    for note in ("  ", "长" * 501):
        with pytest.raises(Invalid) as refused:
            publish_version(secretariat, course_id=course.id, revision=now, note=note)
        assert refused.value.field == "note"
    with pytest.raises(Conflict, match="刚刚又修改了"):
        publish_version(secretariat, course_id=course.id, revision=view.revision, note="说明")
    with unit_of_work(secretariat) as ctx:
        save_draft(ctx, course_id=course.id, revision=now, values={"summary": ""})
    now = open_draft(secretariat, course_id=course.id).revision
    with pytest.raises(Conflict, match="请填写课程简介"):
        publish_version(secretariat, course_id=course.id, revision=now, note="说明")


def test_drafts_and_their_covers_are_nobody_elses_whoever_shares_the_course(
    alliance: SchoolInfo,
    make_ctx: MakeCtx,
    secretariat: Context,
    school: SchoolInfo,
) -> None:
    course = put_course(alliance)
    put_offering(alliance, school, course)
    revision = open_draft(secretariat, course_id=course.id).revision
    with unit_of_work(secretariat) as ctx:
        save_draft(ctx, course_id=course.id, revision=revision, values={"summary": "尚未公开"})
        sha = set_cover(ctx, course_id=course.id, content=cover_svg("helix")).content.cover
    ctx = make_ctx(school)
    shared = ctx.session.scalars(select(Course).where(Course.id == course.id)).one()
    assert draft_of(ctx, shared) is None
    assert ctx.session.scalars(select(CourseDraft)).all() == []
    assert all(row.content["summary"] != "尚未公开" for row in ctx.session.scalars(select(CourseVersion)))
    for attempt in (
        lambda: open_draft(ctx, course_id=course.id),
        lambda: get_draft_cover(ctx, course_id=course.id, sha=sha),
        lambda: discard_draft(ctx, course_id=course.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert get_draft_cover(secretariat, course_id=course.id, sha=sha)


def test_what_waits_for_a_review_is_not_touched(
    make_ctx: MakeCtx, school: SchoolInfo, course_id: int
) -> None:
    with unit_of_work(make_ctx(school)) as ctx:
        ctx.session.scalars(select(CourseDraft)).one().state = "pending"
    ctx = make_ctx(school)
    assert open_draft(ctx, course_id=course_id).locked
    for attempt in (
        lambda: save_draft(ctx, course_id=course_id, revision=9, values={"summary": "新"}),
        lambda: set_cover(ctx, course_id=course_id, content=cover_svg("helix")),
        lambda: discard_draft(ctx, course_id=course_id),
    ):
        with pytest.raises(Conflict):
            attempt()


def test_a_cover_that_a_colleague_changed_meanwhile_is_not_replaced_unseen(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, course_id: int
) -> None:
    colleague = make_ctx(school, user=make_user(school, kind="administrator", real_name="王主任"))
    first = open_draft(make_ctx(school), course_id=course_id).revision
    with unit_of_work(colleague) as ctx:
        set_cover(ctx, course_id=course_id, content=cover_svg("helix"), revision=first)
    with pytest.raises(Conflict, match="王主任 刚刚更换了封面"):
        set_cover(make_ctx(school), course_id=course_id, content=cover_svg("herbs"), revision=first)


def test_a_visiting_secretary_is_kept_as_a_name_and_meets_nobody_but_others(
    make_ctx: MakeCtx, make_user: MakeUser, school: SchoolInfo, alliance: SchoolInfo, course_id: int
) -> None:
    def visitor(name: str) -> Context:
        account = make_user(alliance, "secretary", real_name=name)
        ctx = make_ctx(school, Role.VISITOR, user=account)
        return replace(ctx, actor=replace(ctx.actor, school_id=alliance.id))

    secretary, other = visitor("林静"), visitor("周敏")
    first = open_draft(secretary, course_id=course_id).revision
    save(secretary, course_id, first, summary="甲")
    save(secretary, course_id, first + 1, summary="乙")
    draft = secretary.session.scalars(select(CourseDraft).where(CourseDraft.course_id == course_id)).one()
    assert (draft.edited_by, draft.edited_by_name) == (None, "林静")
    edited = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "course.edited")
    assert secretary.session.scalar(edited) == 1, "one sitting"
    with pytest.raises(EditedMeanwhile) as named:
        save(other, course_id, first, summary="丙")
    assert "林静" in str(named.value.message)
    with pytest.raises(EditedMeanwhile) as own:
        save(secretary, course_id, first, summary="丁")
    assert "林静" not in str(own.value.message)


def test_saves_of_one_sitting_are_one_line_of_the_audit(
    make_ctx: MakeCtx, school: SchoolInfo, author: User, course_id: int
) -> None:
    ctx = make_ctx(school, Role.TEACHER, user=author)
    revision = 1
    for number in range(3):
        revision = save(
            make_ctx(school, Role.TEACHER, user=author), course_id, revision, summary=f"第{number}稿"
        )
    later = ctx.now() + timedelta(hours=1)
    save(make_ctx(school, Role.TEACHER, user=author, now=later), course_id, revision, summary="再来")
    trail = ctx.session.scalars(
        select(AuditEntry.action).where(AuditEntry.object_type == "course").order_by(AuditEntry.id)
    ).all()
    assert trail == ["course.created", "course.edited"]
