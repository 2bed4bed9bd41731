"""Courses of the alliance: creating, releasing, finding."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from app.context import Context
from app.demo.data_files import cover_svg
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.models import AuditEntry, Course
from app.rules.courses.fields import missing_for_release
from app.rules.permissions import Role
from app.services.courses.create_and_release import (
    create_course,
    get_course,
    list_courses,
    release_course,
    set_cover,
)
from app.services.courses.drafts import get_draft_cover, open_draft, save_draft
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import content, put_course

MakeCtx = Callable[..., Context]


def test_a_new_course_is_a_draft_that_no_school_sees(
    secretariat: Context, make_ctx: MakeCtx, school: SchoolInfo
) -> None:
    with unit_of_work(secretariat) as ctx:
        course = create_course(ctx, content=content(title="  医学 免疫学 ", description="一\n\n二"))
    assert (course.title, course.released, course.description) == ("医学 免疫学", False, "")
    assert open_draft(secretariat, course_id=course.id).content.description == "<p>一</p>\n<p>二</p>"
    assert course.title_initials == "yxmyx"
    visible = select(Course.id).where(Course.id == course.id)
    assert make_ctx(school).session.scalar(visible) is None
    with unit_of_work(secretariat) as ctx:
        release_course(ctx, course_id=course.id)
    assert make_ctx(school).session.scalar(visible) == course.id
    trail = secretariat.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == course.id))
    assert {"course.created", "course.released"} <= set(trail)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "),
        ("title", "长" * 101),
        ("category", ""),
        ("category", "长" * 33),
        ("teachers", "长" * 201),
        ("source_name", "长" * 65),
        ("summary", "长" * 301),
        ("description", "长" * 50_001),
        ("hours", 0),
        ("hours", 1001),
        ("credit", Decimal("0.3")),
        ("credit", Decimal(21)),
        ("credit", Decimal(-1)),
        ("credit", Decimal("NaN")),
    ],
)
def test_a_refused_field_is_named(secretariat: Context, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        create_course(secretariat, content=content(**{field: value}))
    assert refused.value.field == field


def test_two_courses_of_one_name_are_refused(secretariat: Context) -> None:
    first = content()
    with unit_of_work(secretariat) as ctx:
        create_course(ctx, content=first)
        second = create_course(ctx, content=content())
        with pytest.raises(Invalid) as refused:
            create_course(ctx, content=first)
        assert refused.value.field == "title"
        saved = save_draft(ctx, course_id=second.id, revision=second.revision, values={"title": first.title})
    assert set(saved.problems) == {"title"}
    assert saved.view.content.title == second.title != first.title


def test_a_course_is_released_once_and_only_when_complete(secretariat: Context) -> None:
    with unit_of_work(secretariat) as ctx:
        course = create_course(ctx, content=content(teachers="", summary=""))
        view = open_draft(ctx, course_id=course.id)
        assert set(missing_for_release(view.content)) == {"teachers", "summary"}
        with pytest.raises(Conflict):
            release_course(ctx, course_id=course.id)
        save_draft(
            ctx, course_id=course.id, revision=view.revision, values={"teachers": "甲", "summary": "简介"}
        )
        release_course(ctx, course_id=course.id)
        with pytest.raises(Conflict):
            release_course(ctx, course_id=course.id)


def test_payloads_in_the_description_are_gone_before_they_are_stored(secretariat: Context) -> None:
    with unit_of_work(secretariat) as ctx:
        course = create_course(
            ctx,
            content=content(
                description='<p onclick="x()">好<script>alert(1)</script><img src=x onerror=y></p>'
            ),
        )
        release_course(ctx, course_id=course.id)
    assert course.description == "<p>好</p>"


def test_a_cover_is_cut_and_named_by_its_content(alliance: SchoolInfo, secretariat: Context) -> None:
    course = put_course(alliance)
    with unit_of_work(secretariat) as ctx:
        view = set_cover(ctx, course_id=course.id, content=cover_svg("helix"))
        cover = get_draft_cover(ctx, course_id=course.id, sha=view.content.cover)
    assert len(cover) < 20_000
    assert view.changed == ("cover",)
    with pytest.raises(Invalid) as refused:
        set_cover(secretariat, course_id=course.id, content=b"GIF89a")
    assert refused.value.field == "cover"


@pytest.mark.parametrize("text", ["血液", "xueye", "xybl", "甲乙", "病理学"])
def test_a_course_is_found_by_title_pinyin_and_teachers(secretariat: Context, text: str) -> None:
    if not list_courses(secretariat, text="血液病理学").total:
        with unit_of_work(secretariat) as ctx:
            create_course(ctx, content=content(title="血液病理学", teachers="甲乙丙"))
    assert "血液病理学" in [row.course.title for row in list_courses(secretariat, text=text).rows]
    assert list_courses(secretariat, text="血液病理学", state="released").total == 0


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.TEACHER, Role.STUDENT])
def test_schools_do_not_write_the_alliances_courses(
    alliance: SchoolInfo, make_ctx: MakeCtx, school: SchoolInfo, role: Role
) -> None:
    course = put_course(alliance)
    ctx = make_ctx(school, role)
    for attempt in (
        lambda: create_course(ctx, content=content()),
        lambda: list_courses(ctx),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    for attempt in (
        lambda: save_draft(ctx, course_id=course.id, revision=0, values={"title": "别的"}),
        lambda: set_cover(ctx, course_id=course.id, content=cover_svg("helix")),
    ):
        with pytest.raises((NotAllowed, NotFound)):
            attempt()


def test_what_is_not_there_is_not_found(secretariat: Context) -> None:
    for attempt in (
        lambda: get_course(secretariat, course_id=2**60),
        lambda: release_course(secretariat, course_id=2**60),
        lambda: save_draft(secretariat, course_id=2**60, revision=0, values={}),
    ):
        with pytest.raises(NotFound):
            attempt()
