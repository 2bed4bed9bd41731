"""联盟课程: written, released and published, as a secretary meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.context import Context
from app.demo.data_files import cover_svg
from app.models import Course, CourseLicence, CourseOffering, User
from app.rules.permissions import Role
from app.services.courses.create_and_release import (
    CourseContent,
    create_course,
    release_course,
)
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.manage import send

MakeUser = Callable[..., User]
MakeCtx = Callable[..., Context]
ClientFor = Callable[..., FlaskClient]


def course_fields(name: str, **values: Any) -> dict[str, Any]:
    typed = {
        "title": name,
        "category": "临床医学",
        "teachers": "甲",
        "summary": "简介",
        "description": "一\n\n二",
        "hours": "32",
        "credit": "2.5",
    }
    return typed | values


def written_course(client: FlaskClient, title: str, **values: Any) -> int:
    """A new alliance course with its three tabs filled in; its id is given back."""
    fields = course_fields(title, **values)
    made = send(client, "/manage/alliance-courses/new/", **fields)
    course_id = int(made.location.rstrip("/").rsplit("/", 1)[1])
    for tab in ("basics", "details"):
        # A new course has been saved once; nobody else saves it here.
        sent = send(client, f"/manage/alliance-courses/{course_id}/save/{tab}", revision="9", **fields)
        assert sent.status_code == 303
    return course_id


def test_a_course_is_written_released_and_licensed(
    secretary_client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    title = f"页面课程{school.id}"
    course_id = written_course(secretary_client, title, summary="")
    address = f"/manage/alliance-courses/{course_id}/"
    assert "请填写课程简介" in secretary_client.get(address).text
    assert re.search(r">\s*一\r?\n\r?\n二</textarea>", secretary_client.get(address + "details").text)
    sent = send(
        secretary_client,
        address + "save/basics",
        revision="9",
        **course_fields(title),
        cover=(BytesIO(cover_svg("herbs")), "封面.svg"),
    )
    assert sent.status_code == 303
    assert send(secretary_client, address + "release").status_code == 303
    with school_scope(alliance.id) as session:
        course = session.scalars(select(Course).where(Course.id == course_id)).one()
        assert (course.released, str(course.credit), bool(course.cover_sha)) == (True, "2.5", True)
    assert title in secretary_client.get("/manage/licences/new/").text
    done = send(
        secretary_client,
        "/manage/licences/new/",
        course_id=f"{alliance.id}-{course_id}",
        school_ids=[school.id, other_school.id],
        ends_on="2027-07-31",
        seats="30",
    )
    assert done.status_code == 303
    with school_scope(school.id) as session:
        assert session.scalars(select(CourseOffering.status)).one() == "unhandled"
        assert session.scalars(select(CourseLicence.seats)).one() == 30
    listed = secretary_client.get(f"/manage/licences/list/?course={course_id}").text
    assert school.name in listed
    assert "2027-07-31" in listed
    ended = send(secretary_client, f"/manage/licences/{alliance.id}/{course_id}/{school.id}/end")
    assert ended.status_code == 303
    assert (
        "已结束" in secretary_client.get(f"/manage/licences/list/?course={course_id}&school={school.id}").text
    )


def test_a_new_course_needs_a_title_and_a_discipline(secretary_client: FlaskClient) -> None:
    answer = send(secretary_client, "/manage/alliance-courses/new/", title=" ", category="")
    assert answer.status_code == 422
    for field in ("title", "category"):
        assert f'id="{field}-error"' in answer.text


@pytest.mark.parametrize(
    ("tab", "field", "value"),
    [
        ("basics", "title", ""),
        ("basics", "summary", "长" * 301),
        ("basics", "subject", "生理学"),
        ("details", "hours", "x"),
        ("details", "hours", "0"),
        ("details", "credit", "0.3"),
        ("details", "credit", "NaN"),
    ],
)
def test_a_refused_field_is_marked_and_the_rest_is_kept(
    secretary_client: FlaskClient, tab: str, field: str, value: str
) -> None:
    course_id = written_course(secretary_client, f"保留其余{tab}{field}{value[:5]}")
    address = f"/manage/alliance-courses/{course_id}/"
    rest = {"teachers": "改过的教师"} if tab == "basics" else {"audience": "改过的对象"}
    fields = course_fields(f"保留其余{tab}{field}{value[:5]}", **{field: value}, **rest)
    answer = send(secretary_client, f"{address}save/{tab}", revision="9", **fields)
    assert answer.status_code == 422
    assert answer.text.count(f'id="{field}-error"') == 1
    page = secretary_client.get(address if tab == "basics" else address + "details").text
    assert next(iter(rest.values())) in page


def test_the_secretariat_publishes_a_new_version_with_a_note(
    make_ctx: MakeCtx, alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    client = client_for(alliance, make_user(alliance, kind="secretary", must_change_password=False))
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        content = CourseContent(
            title="待更新的课程", category="药学", teachers="甲", summary="简介", description="介绍"
        )
        course = create_course(ctx, content=content)
        release_course(ctx, course_id=course.id)
    page = f"/manage/alliance-courses/{course.id}/"
    assert "发布新版本" not in client.get(page).text
    send(client, page + "autosave/details", revision="9", dirty="hours", hours="40")
    shown = client.get(page).text
    assert "仍是已发布的第 1 版" in shown
    assert "修改了：学时" in shown
    log = client.get(page + "versions").text
    revision = re.search(r'name="revision" value="(\d+)"', log)
    assert revision is not None
    empty = send(client, page + "publish", revision=revision[1], note=" ")
    assert "请说明修改了什么" in empty.text
    assert send(client, page + "publish", revision=revision[1], note="增加学时").status_code == 303
    assert "增加学时" in client.get(page + "versions").text
    send(client, page + "autosave/details", revision="9", dirty="hours", hours="41")
    assert send(client, page + "discard").status_code == 303
    assert 'value="40"' in client.get(page + "details").text
