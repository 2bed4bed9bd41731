"""The alliance's public pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.rules.shared.pinyin import pinyin_of_title
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.app import next_unit_code
from tests.support.courses import put_course, put_offering
from tests.support.pages import statements

MakeClient = Callable[..., FlaskClient]
MakeSchool = Callable[..., SchoolInfo]


@pytest.fixture
def named_school(make_school: MakeSchool) -> Callable[[str], SchoolInfo]:
    """A school found under a name of its own."""

    def make(name: str, **values: Any) -> SchoolInfo:
        name = f"{name}{next_unit_code()}"
        full, initials = pinyin_of_title(name)
        return make_school(name=name, name_pinyin=full, name_initials=initials, **values)

    return make


def test_members_are_found_by_name_pinyin_and_initials_and_lead_to_their_hosts(
    client_for: MakeClient, alliance: SchoolInfo, named_school: Callable[[str], SchoolInfo]
) -> None:
    jade, lake = named_school("璞玉医科大学"), named_school("镜湖医学院")
    client = client_for(alliance)
    for q in ("璞玉", "puyu", "pyykdx"):
        page = client.get(f"/members?q={q}").text
        assert f'href="http://{jade.slug}.localhost/"' in page, q
        assert lake.name not in page, q
    assert lake.name in client.get("/members").text


def test_a_suspended_school_is_not_in_the_directory(
    client_for: MakeClient, alliance: SchoolInfo, named_school: Callable[..., SchoolInfo]
) -> None:
    closed = named_school("停用的学院", status="suspended")
    assert closed.name not in client_for(alliance).get("/members").text


def test_addresses_of_members_carry_scheme_and_port_as_configured(
    app: Flask, client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    before = (app.config["PUBLIC_SCHEME"], app.config["PUBLIC_PORT"])
    app.config.update(PUBLIC_SCHEME="https", PUBLIC_PORT=8443)
    try:
        assert f'href="https://{school.slug}.localhost:8443/"' in client_for(alliance).get("/members").text
    finally:
        app.config.update(PUBLIC_SCHEME=before[0], PUBLIC_PORT=before[1])


def test_the_directory_is_swapped_in_while_one_types(
    client_for: MakeClient, alliance: SchoolInfo, named_school: Callable[[str], SchoolInfo]
) -> None:
    school = named_school("云杉医学院")
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    answer = client_for(alliance).get("/members?q=云杉", headers=headers)
    assert school.name in answer.text
    assert "<html" not in answer.text
    assert answer.headers["HX-Replace-Url"].startswith("/members?q=")
    nothing = client_for(alliance).get("/members?q=没有这样的学校", headers=headers)
    assert "没有找到" in nothing.text


def test_released_courses_are_read_by_everyone_and_drafts_by_nobody(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    released = put_course(alliance, title="公开的寄生虫学", description="<p>介绍寄生虫</p>")
    draft = put_course(alliance, title="未发布的寄生虫学", released=False)
    own = put_course(school, title="学校自己的寄生虫学")
    client = client_for(alliance)
    listed = client.get("/courses?q=寄生虫").text
    assert "公开的寄生虫学" in listed
    assert "未发布的寄生虫学" not in listed
    assert "学校自己的寄生虫学" not in listed
    page = client.get(f"/courses/{released.id}")
    assert page.status_code == 200
    assert "<p>介绍寄生虫</p>" in page.text
    for course in (draft, own):
        assert client.get(f"/courses/{course.id}").status_code == 404


def test_categories_narrow_the_courses(client_for: MakeClient, alliance: SchoolInfo) -> None:
    put_course(alliance, title="甲课程", category="罕见分类甲")
    put_course(alliance, title="乙课程", category="罕见分类乙")
    client = client_for(alliance)
    page = client.get("/courses?category=罕见分类甲").text
    assert "甲课程" in page
    assert "乙课程" not in page
    assert "/courses?category=%E7%BD%95%E8%A7%81%E5%88%86%E7%B1%BB%E4%B9%99" in page


def test_the_home_page_s_figures_are_the_database_s(
    client_for: MakeClient, alliance: SchoolInfo, make_school: MakeSchool
) -> None:
    def figures() -> list[int]:
        text = client_for(alliance).get("/").text
        return [int(n) for n in re.findall(r'class="stat-value">(?:<a [^>]*>)?([0-9]+)', text)]

    members, courses, _, running = figures()
    put_offering(alliance, make_school(), put_course(alliance))
    make_school(status="suspended")
    after = figures()
    assert (after[0], after[1], after[3]) == (members + 1, courses + 1, running + 1)


def test_the_home_page_costs_the_same_with_more_schools_and_courses(
    client_for: MakeClient, alliance: SchoolInfo, make_school: MakeSchool
) -> None:
    client = client_for(alliance)
    client.get("/")
    with statements(db.engine) as before:
        client.get("/")
    for _ in range(10):
        put_offering(alliance, make_school(), put_course(alliance))
    client.get("/")
    with statements(db.engine) as after:
        client.get("/")
    assert len(after) == len(before) <= 5


def test_each_host_has_its_own_pages_and_no_others(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school)
    apex, member = client_for(alliance), client_for(school)
    assert member.get("/members").status_code == 404
    assert apex.get("/members").status_code == 200
    assert apex.get(f"/courses/{offering.course_id}").status_code == 200
    assert apex.get("/courses/999999999").status_code == 404
    for path in ("register", "withdraw"):
        assert apex.post(f"/courses/{offering.id}/{path}").status_code in (303, 400, 404)
    for path in ("/", "/courses"):
        assert apex.get(path).status_code == member.get(path).status_code == 200


def test_pages_come_in_english(client_for: MakeClient, alliance: SchoolInfo) -> None:
    client = client_for(alliance)
    client.set_cookie("lang", "en", domain="localhost")
    assert '<html lang="en"' in client.get("/").text


def test_a_course_names_the_schools_at_which_it_runs_and_leads_to_their_pages(
    client_for: MakeClient, alliance: SchoolInfo, make_school: MakeSchool
) -> None:
    schools = [make_school() for _ in range(4)]
    course = put_course(alliance, title=f"璇玑学{schools[0].id}")
    offerings = [put_offering(alliance, school, course) for school in schools]
    idle = put_course(alliance, title=f"璇玑空{schools[0].id}")
    client = client_for(alliance)
    listed = client.get(f"/courses?q=xjx{schools[0].id}").text
    assert "等 4 所学校" in listed
    assert idle.title not in listed
    page = client.get(f"/courses/{course.id}").text
    for school, offering in zip(schools, offerings, strict=True):
        assert f'href="http://{school.slug}.localhost/courses/{offering.id}"' in page
    assert "现在没有学校开课" in client.get(f"/courses/{idle.id}").text
    assert idle.title not in client.get(f"/courses?q={idle.title[:3]}&running=1").text


def test_the_list_and_a_course_cost_the_same_with_more_schools(
    client_for: MakeClient, alliance: SchoolInfo, make_school: MakeSchool
) -> None:
    course = put_course(alliance, title="斗转学")
    put_offering(alliance, make_school(), course)
    client = client_for(alliance)
    costs = []
    for _ in range(2):
        client.get("/courses?q=斗转")
        for path in ("/courses?q=斗转", f"/courses/{course.id}"):
            with statements(db.engine) as seen:
                client.get(path)
            costs.append(len(seen))
        for _ in range(6):
            put_offering(alliance, make_school(), course)
            put_offering(alliance, make_school(), put_course(alliance, title=f"斗转{next_unit_code()}"))
    assert costs[:2] == costs[2:]
    assert max(costs) <= 3


def test_beyond_the_last_page_stands_the_last(client_for: MakeClient, alliance: SchoolInfo) -> None:
    put_course(alliance, title="孤本学")
    page = client_for(alliance).get("/courses?q=孤本学&page=7").text
    assert "孤本学</" in page
    assert "共 1 门课程" in page
