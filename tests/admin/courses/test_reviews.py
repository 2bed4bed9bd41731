"""The pages of 课程审核, 推荐审核 and the status of an own course."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.context import Context
from app.models import Course, CourseRecommendation, User
from app.services.courses.recommendations import recommend_course
from app.uow import unit_of_work
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.own_courses import Own
from tests.support.pages import statements, token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MakeOwn = Callable[..., Own]


@pytest.fixture
def client(school: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """An administrator's browser."""
    return client_for(school, make_user(school, kind="administrator", must_change_password=False))


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client, "/manage/"), **fields})


def test_the_reviewer_sees_all_of_it_what_changed_and_decides_on_what_he_has_read(
    client: FlaskClient, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school).approved()
    own.edit(summary="一门好课程。", description="<p>第一段</p><p>第二段，补充</p>", tags=("新标签",))
    own.submit()
    menu = client.get("/manage/").text
    assert '<span class="visually-hidden">待处理：</span>1' in menu
    page_address = f"/manage/course-reviews/{own.course_id}/"
    page = client.get(page_address).text
    for wanted in ("与第 1 版（上次通过）相比", "<ins>", "新标签", "学生将看到的内容"):
        assert wanted in page
    assert page.index("删除的文字") < page.index("学生将看到的内容")
    stale = send(client, page_address + "decide", decision="approved", revision="1")
    assert stale.status_code == 422
    assert "又有修改" in stale.text
    nothing = send(client, page_address + "decide", revision="1")
    assert "请选择通过或者不通过" in nothing.text
    unreasoned = send(client, page_address + "decide", decision="rejected", revision="1")
    # In English the act and the state are two words.
    client.set_cookie("lang", "en", domain=f"{school.slug}.localhost")
    english = client.get(page_address).text
    assert "<span>Reject" in english
    assert ">Submitted for review<" in english
    client.delete_cookie("lang", domain=f"{school.slug}.localhost")
    said = unreasoned.text.split('id="reason-error"')[1].split("</p>")[0]
    assert "请填写不通过的原因" in said
    revision = str(own.course().revision)
    assert send(client, page_address + "decide", decision="approved", revision=revision).status_code == 303
    assert own.states() == ("approved", None, "online")
    again = send(client, page_address + "decide", decision="approved", revision=revision)
    assert "已经处理了这门课程" in again.text
    assert "没有等待审核的课程" in client.get("/manage/course-reviews/").text
    assert own.course().title in client.get("/manage/course-reviews/?state=decided").text
    assert own.course().title in client.get("/manage/course-reviews/?state=decided&page=9").text


def test_the_status_buttons_of_the_courses_page(
    client: FlaskClient, client_for: ClientFor, school: SchoolInfo, own_course: MakeOwn
) -> None:
    own = own_course(school, dated=False)
    address, teacher = f"/manage/offerings/{own.offering_id}/", client_for(school, own.teacher)
    page = teacher.get(address).text
    assert "课程提交审核确认" in page
    assert "请填写课程开始时间" in page
    assert "上线" not in page.split('class="page-header"')[1].split("</header>")[0]
    assert send(teacher, address + "submit").status_code == 303
    assert "还不能提交审核：有 4 项没有填写" in teacher.get(address).text
    dates = {
        "starts_on": "2026-09-20",
        "ends_on": "2026-12-20",
        "registration_starts_on": "2026-09-01",
        "registration_ends_on": "2026-09-19",
    }
    assert send(teacher, address + "details", **dates).status_code == 303
    assert send(teacher, address + "submit").status_code == 303
    assert own.states()[0] == "pending"
    assert send(teacher, f"/manage/course-reviews/{own.course_id}/decide").status_code == 404
    own.decide()
    # The dialog closes with the answer, so the browser asks for the tick and the reason: nothing typed is lost.
    form = client.get(address).text.split(f'action="{address}take-off"')[1].split("</form>")[0]
    assert "novalidate" not in form
    assert form.count(" required") == 2
    # 「已通过」 without the tick changes nothing, with it needs a reason.
    assert send(client, address + "take-off", reason="x").status_code == 303
    assert send(client, address + "take-off", decision="rejected").status_code == 303
    assert own.states()[0] == "approved"
    assert send(teacher, address + "take-off", decision="rejected", reason="x").status_code == 404
    assert send(teacher, address + "recommend").status_code == 404
    assert send(client, address + "recommend", note="好课").status_code == 303
    assert "已推荐" in client.get(address).text
    assert "已推荐" in client.get("/manage/offerings/?recommendation=open").text
    assert send(client, address + "withdraw-recommendation").status_code == 303
    assert send(client, address + "take-off", decision="rejected", reason="停开").status_code == 303
    assert own.states() == ("rejected", None, "offline")
    assert "原因：停开" in teacher.get(address).text
    # Students do not see it, so the list does not say 报名中, whatever its dates.
    listed = client.get("/manage/offerings/").text.split("<tbody>")[1]
    assert not [word for word in ("报名中", "即将开课", "进行中", "已结束") if word in listed]
    # An own course has no 「上线」 and no 「下线」 of its own.
    assert send(client, address + "online").status_code == 303
    assert own.states()[2] == "offline"


def waiting(secretary: FlaskClient) -> int:
    """How many recommendations wait, as the first page says it."""
    found = re.search(r"<dt>待审核的推荐</dt>\s*<dd[^>]*><a[^>]*>(\d+)", secretary.get("/manage/").text)
    return int(found[1]) if found else 0


def test_the_secretariat_reads_the_whole_course_and_accepts_it(
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: MakeUser,
    client_for: ClientFor,
    make_ctx: Callable[..., Context],
    own_course: MakeOwn,
) -> None:
    own = own_course(school).approved()
    with unit_of_work(make_ctx(school)) as ctx:
        key = recommend_course(ctx, course_id=own.course_id, note="推荐的话").id
    secretary = client_for(alliance, make_user(alliance, kind="secretary", must_change_password=False))
    assert own.course().title in secretary.get(f"/manage/recommendations/?school={school.id}").text
    address = f"/manage/recommendations/{school.id}/{key}/"
    page = secretary.get(address).text
    for wanted in (own.course().title, "第二段", "推荐的话", school.name, "期末考试占总评成绩的 60%"):
        assert wanted in page
    assert secretary.get(address + "cover.webp").status_code == 404
    refused = send(secretary, address + "decline", answer="")
    assert refused.status_code == 422
    assert "请填写不采纳的原因" in refused.text
    before = waiting(secretary)
    accepted = send(secretary, address + "accept", answer="好")
    # On to the course's page, from where it is licensed.
    assert (accepted.status_code, accepted.headers["Location"]) == (303, address)
    assert "/manage/licences/?q=" in secretary.get(address).text
    assert waiting(secretary) == before - 1
    with school_scope(school.id) as session:
        states = select(CourseRecommendation.state, Course.released).join(
            Course, Course.id == CourseRecommendation.course_id
        )
        assert session.execute(states).one() == ("accepted", True)
    assert "已采纳" in secretary.get(address).text
    assert send(secretary, address + "accept").status_code == 422


def test_the_list_costs_the_same_however_long_it_is(
    client: FlaskClient, school: SchoolInfo, own_course: MakeOwn
) -> None:
    counts = []
    for _ in range(2):
        own_course(school)
        with statements(db.engine) as seen:
            assert client.get("/manage/offerings/").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
