"""The pages of 进入学校 and 秘书处来访, on both sides: the link, the banner, forbidden acts, and the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import AuditEntry, CourseOffering, SchoolSettings, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.own_courses import Own
from tests.support.pages import post, token_of

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
#: Pages of an offering.
TABS = ("", "details", "assessment", "staff")
REASON = "应管理员请求，协助设置报名时间"


@pytest.fixture
def secretary(alliance: SchoolInfo, make_user: MakeUser, client_for: ClientFor) -> FlaskClient:
    """A secretary's browser at the apex."""
    user = make_user(alliance, "secretary", must_change_password=False, real_name="林静")
    return client_for(alliance, user)


@pytest.fixture
def link(secretary: FlaskClient, school: SchoolInfo) -> str:
    """The path of a link into the school."""
    path = f"/manage/enter-school/{school.id}/"
    answer = secretary.post(path, data={"csrf_token": token_of(secretary, path), "reason": REASON})
    assert answer.headers["Cache-Control"] == "no-store"
    found = re.search(rf'href="http://{school.slug}\.localhost(/visit/[\w-]{{43}})"', answer.text)
    assert found is not None
    return found[1]


def send(client: FlaskClient, path: str, **fields: str) -> int:
    """Send a form of the management side; the status of the answer is given back."""
    return client.post(path, data={"csrf_token": token_of(client, "/manage/"), **fields}).status_code


def _follow(client: FlaskClient, link: str) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(link).text)
    return client.post(link, data={"csrf_token": token[1] if token else ""}).status_code


@pytest.fixture
def visitor(school: SchoolInfo, link: str, client_for: ClientFor) -> FlaskClient:
    """The secretary's browser inside the school."""
    client = client_for(school)
    assert _follow(client, link) == 303
    return client


def test_the_page_asks_before_the_link_is_used_up_and_then_it_is(
    school: SchoolInfo, link: str, client_for: ClientFor
) -> None:
    client = client_for(school)
    for _ in range(2):
        asked = client.get(link)
        assert asked.status_code == 200
        assert REASON in asked.text
        assert asked.headers["Referrer-Policy"] == "same-origin"
    assert client.post(link).status_code == 400
    assert _follow(client, link) == 303
    assert client.get("/manage/").status_code == 200
    for again in (client, client_for(school)):
        assert again.get(link).status_code == 410
    fresh = client_for(school)
    assert fresh.get("/manage/").status_code == 303


def test_at_another_host_the_link_is_nothing(
    alliance: SchoolInfo, other_school: SchoolInfo, link: str, client_for: ClientFor
) -> None:
    assert client_for(other_school).get(link).status_code == 410
    assert client_for(alliance).get(link).status_code == 404


def test_a_visitor_is_nobody_outside_the_management_side(visitor: FlaskClient) -> None:
    banner = "您正以联盟秘书处身份进入"
    for path in ("/manage/", "/", "/courses"):
        page = visitor.get(path)
        assert page.status_code == 200
        assert banner in page.text
        assert "剩余 60 分钟" in page.text
        assert page.headers["Cache-Control"] == "no-store"
    for path in ("/me", "/messages", "/my/courses", "/password", "/my/data"):
        answer = visitor.get(path)
        assert answer.status_code == 404 or "/login" in answer.headers["Location"], path
    assert "重置密码" not in visitor.get("/manage/people/").text


def test_every_page_of_the_visitors_menu_opens(
    visitor: FlaskClient, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser
) -> None:
    person = make_user(school)
    offering_id = put_offering(alliance, school, put_course(alliance)).id
    menu = set(re.findall(r'href="(/manage/[^"#?]*)"', visitor.get("/manage/").text))
    assert {"/manage/people/", "/manage/settings/", "/manage/classes/", "/manage/offerings/"} <= menu
    for path in (
        menu | {f"/manage/people/{person.id}/"} | {f"/manage/offerings/{offering_id}/{tab}" for tab in TABS}
    ):
        assert visitor.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "path",
    [
        "/manage/imports/",
        "/manage/slips/",
        "/manage/mails/",
        "/manage/graduates/",
        "/manage/requests/",
        "/manage/visits/",
        "/manage/announcements/",
        "/manage/people/new/",
    ],
)
def test_what_is_closed_to_a_visitor_is_not_there(
    app: Flask,
    visitor: FlaskClient,
    make_user: MakeUser,
    school: SchoolInfo,
    client_for: ClientFor,
    path: str,
) -> None:
    administrator = make_user(school, "administrator", must_change_password=False)
    assert client_for(school, administrator).get(path).status_code == 200
    assert visitor.get(path).status_code == 404


def test_a_visitor_resets_no_password(visitor: FlaskClient, school: SchoolInfo, make_user: MakeUser) -> None:
    victim = make_user(school, "administrator")
    token = token_of(visitor, "/manage/")
    for action in ("reset", "disable"):
        answer = visitor.post(
            "/manage/people/bulk", data={"csrf_token": token, "action": action, "rowid": str(victim.id)}
        )
        assert answer.status_code == 404


def test_a_visitor_reads_how_first_passwords_are_made_and_cannot_change_it(
    visitor: FlaskClient, school: SchoolInfo
) -> None:
    page = visitor.get("/manage/settings/").text
    assert "只有本校管理员可以更改初始密码方式" in page
    assert "现在是：按规则生成" in page
    for name in ("initial_password", "slip_days"):
        assert f'name="{name}"' not in page
    fields = {"initial_password": "random", "slip_days": "20", "help_contact": "教务处 010-1"}
    assert send(visitor, "/manage/settings/", **fields) == 303
    with school_scope(school.id) as session:
        settings = session.scalars(select(SchoolSettings)).one()
        assert (settings.initial_password, settings.slip_days) == ("rule", 30)
        assert settings.help_contact == "教务处 010-1"


def test_a_visitor_takes_no_list_away_and_deletes_nothing(
    visitor: FlaskClient,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: MakeUser,
    client_for: ClientFor,
) -> None:
    course = put_course(alliance)
    shown = put_offering(alliance, school, course)
    student = make_user(school)
    put_registration(school, shown, student)
    with school_scope(school.id) as session:
        later = {"term": "2026-2027-2", "status": "unhandled", "licence_id": shown.licence_id}
        again = CourseOffering(course_owner_id=alliance.id, course_id=course.id, **later)
        session.add(again)
        session.commit()
        again_id = again.id
    administrator = client_for(school, make_user(school, "administrator", must_change_password=False))
    exported = f"/manage/offerings/{shown.id}/registrations/export"
    dropped = f"/manage/offerings/{again_id}/drop"
    for page, act in (
        (f"/manage/offerings/{shown.id}/registrations/", exported),
        (f"/manage/offerings/{again_id}/", dropped),
    ):
        assert act not in visitor.get(page).text
        assert send(visitor, act) == 404
        assert act in administrator.get(page).text
    assert send(administrator, exported) == 200
    assert send(administrator, dropped) == 303


def test_a_visitor_does_not_give_up_what_a_teacher_has_written(
    visitor: FlaskClient, school: SchoolInfo, own_course: Callable[..., Own], client_for: ClientFor
) -> None:
    own = own_course(school).approved()
    own.edit(summary="新的简介")
    page = f"/manage/offerings/{own.offering_id}/"
    act = f"{page}discard"
    assert "修改尚未发布" in visitor.get(page).text
    assert act not in visitor.get(page).text
    assert send(visitor, act) == 404
    teacher = client_for(school, own.teacher)
    assert act in teacher.get(page).text
    assert "新的简介" in teacher.get(page).text
    assert send(teacher, act) == 303
    assert "新的简介" not in teacher.get(page).text


def test_what_a_visitor_changes_carries_his_name_and_the_school_reads_it(
    visitor: FlaskClient, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    token = token_of(visitor, "/manage/")
    changed = visitor.post("/manage/settings/", data={"csrf_token": token, "help_contact": "教务处"})
    assert changed.status_code == 303
    with school_scope(school.id) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "settings.changed")).one()
        assert (entry.actor_name, entry.actor_id) == ("秘书处 · 林静", None)
    administrator = client_for(school, make_user(school, "administrator", must_change_password=False))
    listed = administrator.get("/manage/visits/").text
    assert REASON in listed
    path = re.search(r"/manage/visits/\d+/", listed)
    assert path is not None
    shown = administrator.get(path[0]).text
    assert "修改学校设置" in shown
    assert "秘书处 · 林静" in administrator.get("/manage/audit/").text
    assert post(administrator, f"{path[0]}end").status_code == 303
    ended = visitor.get("/manage/")
    assert (ended.status_code, ended.headers["Location"]) == (303, "/")
    assert "您正以联盟秘书处身份进入" not in visitor.get("/").text


def test_a_form_that_is_sent_after_the_end_does_nothing(
    app: Flask, visitor: FlaskClient, school: SchoolInfo
) -> None:
    token = token_of(visitor, "/manage/")
    app.extensions["spoc_clock"] = lambda: NOW + timedelta(minutes=60)
    answer = visitor.post("/manage/settings/", data={"csrf_token": token, "help_contact": "教务处"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    with school_scope(school.id) as session:
        assert not session.scalars(select(AuditEntry).where(AuditEntry.action == "settings.changed")).all()


def test_leaving_ends_the_visit(visitor: FlaskClient) -> None:
    token = token_of(visitor, "/manage/")
    answer = visitor.post("/visit/leave", data={"csrf_token": token})
    assert answer.headers["Location"] == "/visit/left"
    assert "/manage/" in visitor.get("/visit/left").text
    assert "/login" in visitor.get("/manage/").headers["Location"]


def test_a_reason_that_says_nothing_is_refused(secretary: FlaskClient, school: SchoolInfo) -> None:
    path = f"/manage/enter-school/{school.id}/"
    token = token_of(secretary, path)
    for reason, word in (("", "请填写此项"), ("看看", "至少 4 个字符")):
        answer = secretary.post(path, data={"csrf_token": token, "reason": reason})
        assert answer.status_code == 422
        assert word in answer.text
    assert secretary.get("/manage/enter-school/999999999/").status_code == 404
