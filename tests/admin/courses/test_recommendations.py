"""推荐审核 through its pages."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from app.context import Context
from app.models import Course, CourseRecommendation, User
from app.services.courses.recommendations import recommend_course
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.manage import send
from tests.support.own_courses import Own

MakeUser = Callable[..., User]
MakeOwn = Callable[..., Own]
ClientFor = Callable[..., FlaskClient]


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
