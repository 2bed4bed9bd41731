"""The pages of 联盟管理: schools, alliance courses and licences."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.demo.data_files import cover_svg, emblem_svg
from app.models import Course, CourseLicence, CourseOffering, User
from tenants.db import db
from tenants.registry import SchoolInfo, find_by_id, find_by_slug
from tenants.scope import school_scope
from tests.support.app import next_unit_code, school_info
from tests.support.courses import days, put_course, put_offering
from tests.support.pages import statements, token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
HOME = "/manage/"


@pytest.fixture
def client(alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """A secretary's browser."""
    return client_for(alliance, make_user(alliance, kind="secretary", must_change_password=False))


def send(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": token_of(client, HOME), **fields})


def school_fields(**values: Any) -> dict[str, Any]:
    code = next_unit_code()
    typed = {
        "name": f"页面医学院{code}",
        "short_name": "页面",
        "slug": f"page-{code}",
        "unit_code": code,
        "accent": "#1d5fa8",
        "timezone": "Asia/Shanghai",
        "admin_name": "方明远",
        "admin_login": "admin",
    }
    return typed | values


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


def released_course(client: FlaskClient, title: str) -> int:
    course_id = written_course(client, title)
    send(client, f"/manage/alliance-courses/{course_id}/release")
    return course_id


def test_a_school_is_opened_and_its_password_shown_once(client: FlaskClient) -> None:
    fields = school_fields()
    answer = send(client, "/manage/schools/new/", **fields, logo=(BytesIO(emblem_svg("boai")), "校徽.svg"))
    assert answer.status_code == 200
    assert "一次性密码" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    school = find_by_slug(fields["slug"])
    assert school is not None
    assert school.logo_sha
    listed = client.get("/manage/schools/", query_string={"q": fields["unit_code"]})
    assert fields["name"] in listed.text
    assert "1 / 8" in listed.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "请填写此项"),
        ("slug", "www", "系统保留"),
        ("unit_code", "12", "5 位数字"),
        ("accent", "blue", "主题色"),
        ("timezone", "Mars/Base", "时区"),
        ("admin_login", " ", "请填写此项"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_marks_the_field(
    client: FlaskClient, field: str, value: str, said: str
) -> None:
    fields = school_fields(**{field: value})
    answer = send(client, "/manage/schools/new/", **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#{field}"' in answer.text
    assert answer.text.count(f'id="{field}-error"') == 1
    assert f'value="{fields["short_name"]}"' in answer.text
    assert find_by_slug(fields["slug"]) is None


def test_a_refused_subdomain_is_said_at_its_field_once_with_one_to_use_instead(client: FlaskClient) -> None:
    page = send(client, "/manage/schools/new/", **school_fields(slug="www")).text
    assert page.count('id="slug-error"') == 1
    verdict = page.partition('id="slug-verdict"')[2].partition("timezone")[0]
    assert "系统保留" not in verdict
    assert "可以改用：" in verdict


def test_all_that_is_wrong_with_a_school_is_said_at_once(client: FlaskClient) -> None:
    page = send(client, "/manage/schools/new/", **school_fields(unit_code="12a", admin_name="")).text
    assert 'id="unit_code-error"' in page
    assert 'id="admin_name-error"' in page


def test_a_broken_logo_is_refused_with_what_is_accepted(client: FlaskClient) -> None:
    answer = send(client, "/manage/schools/new/", **school_fields(), logo=(BytesIO(b"GIF89a"), "x.png"))
    assert answer.status_code == 422
    assert "PNG、JPEG、WebP 或 SVG" in answer.text


def test_a_school_is_not_changed_when_the_logo_that_is_sent_along_is_refused(
    client: FlaskClient, school: SchoolInfo
) -> None:
    fields = school_fields(slug=school.slug, unit_code=school.unit_code, name="改过名字的学校")
    page = f"/manage/schools/{school.id}/"
    assert send(client, page, **fields, logo=(BytesIO(b"GIF89a"), "x.png")).status_code == 422
    unchanged = find_by_id(school.id)
    assert unchanged is not None
    assert unchanged.name == school.name
    assert send(client, page, **fields).status_code == 303
    changed = find_by_id(school.id)
    assert changed is not None
    assert changed.name == "改过名字的学校"


def test_the_label_is_checked_while_one_types(client: FlaskClient, school: SchoolInfo) -> None:
    def verdict(**query: Any) -> str:
        return client.get("/manage/schools/slug", query_string=query).text

    assert "已被其他学校使用" in verdict(slug=school.slug, name="仁心医学院")
    assert "可以改用：renxin" in verdict(slug=school.slug, name="仁心医学院")
    assert "可以使用" in verdict(slug=school.slug, school_id=school.id)
    assert "可以使用" in verdict(slug="quite-free")
    assert "<script>" not in verdict(slug="<script>alert(1)</script>")
    assert client.get("/manage/schools/slug?slug=a&school_id=99999999999999999999").status_code == 200


def test_logo_and_colour_are_previewed_as_they_would_be_stored(client: FlaskClient) -> None:
    shown = send(
        client,
        "/manage/schools/preview",
        accent="#ffe000",
        name="甲",
        logo=(BytesIO(emblem_svg("mingde")), "x.svg"),
    )
    assert "data:image/webp;base64," in shown.text
    assert 'fill="#ffe000"' in shown.text
    assert 'fill="#000000"' in shown.text
    refused = send(client, "/manage/schools/preview", accent="#ffe000", logo=(BytesIO(b"no"), "x.svg"))
    assert "PNG、JPEG、WebP 或 SVG" in refused.text


def test_a_school_is_edited_suspended_and_resumed(client: FlaskClient, school: SchoolInfo) -> None:
    address = f"/manage/schools/{school.id}/"
    fields = school_fields(name=school.name, slug=school.slug, unit_code=school.unit_code, short_name="改名")
    for name in ("admin_name", "admin_login"):
        del fields[name]
    assert school.name in client.get(address).text
    assert send(client, address, **fields).status_code == 303
    assert school_info(school.id).short_name == "改名"
    assert "不会丢失" in client.get(address + "suspend/").text
    unexplained = send(client, address + "suspend/", reason=" ")
    assert (unexplained.status_code, school_info(school.id).status) == (422, "active")
    assert send(client, address + "suspend/", reason="合同到期").status_code == 303
    assert school_info(school.id).status == "suspended"
    page = client.get(address).text
    assert "恢复使用" in page
    assert "合同到期" in page
    assert send(client, address + "resume").status_code == 303
    assert school_info(school.id).status == "active"


def test_quotas_are_set_and_shown_with_what_is_used(
    client: FlaskClient, school: SchoolInfo, make_user: MakeUser
) -> None:
    make_user(school)
    address = f"/manage/schools/{school.id}/"
    assert "1（不限）" in client.get(address).text
    assert send(client, address + "quotas", most_people="300", most_courses="5").status_code == 303
    page = client.get(address).text
    assert "1 / 300" in page
    assert "0 / 5" in page
    for typed in ("-1", "many", "9" * 30):
        refused = send(client, address + "quotas", most_people=typed)
        assert (refused.status_code, 'id="most_people-error"' in refused.text) == (422, True)
        assert f'value="{school.name}"' in refused.text
    assert send(client, address + "quotas").status_code == 303
    assert "1（不限）" in client.get(address).text


def test_the_list_of_schools_is_sorted_and_filtered_by_progress(
    client: FlaskClient, school: SchoolInfo
) -> None:
    for query in ("sort=progress", "sort=progress&desc=1", "missing=any", "missing=logo", "missing=x"):
        page = client.get(f"/manage/schools/?q={school.unit_code}&{query}").text
        assert school.name in page
    assert school.name not in client.get(f"/manage/schools/?q={school.unit_code}&missing=none").text


def test_the_desk_s_first_page_says_what_waits(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, licence={"ends_on": days(3)})
    page = client.get(HOME).text
    assert 'href="/manage/licences/list/?state=ending"' in page
    assert "学校拒绝的授权" not in page
    assert "待审核的推荐" not in page


def test_a_zone_that_is_not_offered_stays_when_the_school_has_it(
    client: FlaskClient, make_school: Callable[..., SchoolInfo]
) -> None:
    school = make_school(timezone="Pacific/Auckland")
    assert 'value="Pacific/Auckland"' in client.get(f"/manage/schools/{school.id}/").text


def test_a_course_is_written_released_and_licensed(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    title = f"页面课程{school.id}"
    course_id = written_course(client, title, summary="")
    address = f"/manage/alliance-courses/{course_id}/"
    assert "请填写课程简介" in client.get(address).text
    assert re.search(r">\s*一\r?\n\r?\n二</textarea>", client.get(address + "details").text)
    sent = send(
        client,
        address + "save/basics",
        revision="9",
        **course_fields(title),
        cover=(BytesIO(cover_svg("herbs")), "封面.svg"),
    )
    assert sent.status_code == 303
    assert send(client, address + "release").status_code == 303
    with school_scope(alliance.id) as session:
        course = session.scalars(select(Course).where(Course.id == course_id)).one()
        assert (course.released, str(course.credit), bool(course.cover_sha)) == (True, "2.5", True)
    assert title in client.get("/manage/licences/new/").text
    done = send(
        client,
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
    listed = client.get(f"/manage/licences/list/?course={course_id}").text
    assert school.name in listed
    assert "2027-07-31" in listed
    ended = send(client, f"/manage/licences/{alliance.id}/{course_id}/{school.id}/end")
    assert ended.status_code == 303
    assert "已结束" in client.get(f"/manage/licences/list/?course={course_id}&school={school.id}").text


def test_a_new_course_needs_a_title_and_a_discipline(client: FlaskClient) -> None:
    answer = send(client, "/manage/alliance-courses/new/", title=" ", category="")
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
    client: FlaskClient, tab: str, field: str, value: str
) -> None:
    course_id = written_course(client, f"保留其余{tab}{field}{value[:5]}")
    address = f"/manage/alliance-courses/{course_id}/"
    rest = {"teachers": "改过的教师"} if tab == "basics" else {"audience": "改过的对象"}
    fields = course_fields(f"保留其余{tab}{field}{value[:5]}", **{field: value}, **rest)
    answer = send(client, f"{address}save/{tab}", revision="9", **fields)
    assert answer.status_code == 422
    assert answer.text.count(f'id="{field}-error"') == 1
    page = client.get(address if tab == "basics" else address + "details").text
    assert next(iter(rest.values())) in page


def test_licensing_without_a_school_says_so_and_keeps_the_form(
    client: FlaskClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course_id = f"{alliance.id}-{put_course(alliance).id}"
    answer = send(client, "/manage/licences/new/", course_id=course_id, seats="12")
    assert answer.status_code == 422
    assert "请至少选择一所学校" in answer.text
    assert 'value="12"' in answer.text
    bad = send(
        client, "/manage/licences/new/", course_id=course_id, school_ids=[school.id], ends_on="2020-01-01"
    )
    assert "不能早于今天" in bad.text
    assert f'value="{school.id}" checked' in bad.text


def test_nobody_else_finds_these_pages(
    school: SchoolInfo, alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    administrator = client_for(school, make_user(school, kind="administrator", must_change_password=False))
    visitor = client_for(alliance)
    for path in (
        "schools/",
        "schools/new/",
        "schools/slug",
        "alliance-courses/",
        "licences/",
        f"schools/{school.id}/",
    ):
        assert administrator.get("/manage/" + path).status_code == 404
        assert visitor.get("/manage/" + path).status_code == 303
    answer = send(administrator, "/manage/schools/new/", **school_fields())
    assert answer.status_code == 404


def test_the_first_page_costs_the_same_however_many_schools_there_are(
    client: FlaskClient, make_school: Callable[..., SchoolInfo]
) -> None:
    costs = []
    for _ in range(2):
        client.get(HOME)
        with statements(db.engine) as asked:
            assert client.get(HOME).status_code == 200
        costs.append(len(asked))
        for _ in range(3):
            make_school()
    assert costs[0] == costs[1], costs
