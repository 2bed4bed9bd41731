"""The page cache: pages cached per school, never mixed, void as soon as their content changes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from flask import (
    Flask,
    Response,
    after_this_request,
    flash,
    make_response,
    session,
    stream_with_context,
)
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway
from werkzeug.test import TestResponse

from app.context import Context
from app.models import Course, CourseOffering, User
from app.rules.permissions import Role
from app.services.licences.single import end_licence
from app.services.offerings.publication import take_offline
from app.services.people.edit import edit_account
from app.services.registrations.self_service import register
from app.services.schools.open_and_edit import edit_school, suspend_school
from app.uow import unit_of_work
from app.web.shared.cache.pages import shared_by_visitors
from tenants import registry
from tenants.db import db
from tenants.registry import SchoolInfo, forget_schools
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import put_course, put_offering
from tests.support.pages import is_cached, statements

MakeClient = Callable[..., FlaskClient]
MakeCtx = Callable[..., Context]
MakeUser = Callable[..., User]

PATHS = ("/", "/courses", "/courses?state=open")


@pytest.mark.parametrize("path", PATHS)
def test_the_second_visitor_gets_the_page_of_the_first(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, path: str
) -> None:
    put_offering(alliance, school)
    first = client_for(school).get(path)
    with statements(db.engine) as asked:
        second = client_for(school).get(path)
    assert (second.status_code, second.data) == (200, first.data)
    assert not asked
    for name in (
        "ETag",
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "Vary",
        "Cache-Control",
        "Content-Type",
    ):
        assert second.headers[name] == first.headers[name], name
    assert second.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in second.headers["Vary"]
    again = client_for(school).get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_alliance_s_pages_are_cached_and_its_hosts_apart(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    put_offering(alliance, school, put_course(alliance, title="只在本校"))
    for path in ("/", "/courses"):
        pages = {client_for(one).get(path).data for one in (alliance, school, other_school)}
        pages |= {client_for(one).get(path).data for one in (alliance, school, other_school)}
        assert len(pages) == 3, path
        assert "只在本校" not in client_for(other_school).get(path).text
    assert is_cached(client_for(alliance), "/members")


def test_language_colours_and_parts_are_pages_of_their_own(
    client_for: MakeClient, school: SchoolInfo
) -> None:
    client = client_for(school)
    plain = client.get("/courses")
    client.set_cookie("lang", "en", domain=client.host)
    english = client.get("/courses")
    client.set_cookie("scheme", "dark", domain=client.host)
    dark = client.get("/courses")
    part = client.get("/courses", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert len({plain.data, english.data, dark.data, part.data}) == 4
    assert "<html" not in part.text
    assert 'lang="en"' in english.text
    assert 'data-theme="dark"' in dark.text
    assert client_for(school).get("/courses").data == plain.data


def test_whoever_is_logged_in_gets_and_leaves_nothing_that_is_shared(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser
) -> None:
    put_offering(alliance, school)
    student = make_user(school, real_name="独此一人", must_change_password=False, password_hash="x")
    visitor = client_for(school).get("/courses")
    mine = client_for(school, student).get("/courses")
    assert "独此一人" in mine.text
    assert mine.headers["Cache-Control"] == "no-store"
    assert "ETag" not in mine.headers
    assert client_for(school).get("/courses").data == visitor.data


def test_what_people_search_for_is_not_is_cached(client_for: MakeClient, school: SchoolInfo) -> None:
    assert not is_cached(client_for(school), "/courses?q=abc")
    assert not is_cached(client_for(school), "/courses?utm_source=x")


def _rename(owner: SchoolInfo, course: Course, title: str) -> None:
    with school_scope(owner.id) as session:
        session.get_one(Course, (owner.id, course.id)).title = title
        session.commit()


def test_a_change_is_seen_at_once_wherever_the_course_is_shared(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    course = put_course(alliance, title="旧的名称甲")
    for one in (school, other_school):
        put_offering(alliance, one, course)
        assert "旧的名称甲" in client_for(one).get("/courses").text
    _rename(alliance, course, "新的名称甲")
    for one in (school, other_school):
        assert "新的名称甲" in client_for(one).get("/courses").text


def test_what_a_school_does_drops_its_own_pages_only(
    client_for: MakeClient,
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    other_school: SchoolInfo,
) -> None:
    course = put_course(alliance)
    offering = put_offering(alliance, school, course)
    put_offering(alliance, other_school, course)
    shown = client_for(other_school).get("/courses")
    assert course.title in client_for(school).get("/courses").text
    with unit_of_work(make_ctx(school)) as ctx:
        take_offline(ctx, offering_id=offering.id)
    assert course.title not in client_for(school).get("/courses").text
    with statements(db.engine) as asked:
        assert client_for(other_school).get("/courses").data == shown.data
    assert not asked


def test_what_a_school_puts_online_or_takes_off_is_seen_at_the_alliance_at_once(
    client_for: MakeClient, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    course = put_course(alliance)
    offering = put_offering(alliance, school, course)
    path = f"/courses/{course.id}"
    assert school.name in client_for(alliance).get(path).text
    assert is_cached(client_for(alliance), path)
    with unit_of_work(make_ctx(school)) as ctx:
        take_offline(ctx, offering_id=offering.id)
    assert school.name not in client_for(alliance).get(path).text


def test_a_registration_a_licence_and_a_teacher_s_name_are_changes(
    client_for: MakeClient, make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    teacher = make_user(school, "teacher", real_name="原名老师")
    offering = put_offering(alliance, school, licence={"seats": 3}, operating_teacher_id=teacher.id)
    path = f"/courses/{offering.id}"
    client = client_for(school)
    assert "原名老师" in client.get(path).text
    with school_scope(school.id) as session:
        session.get_one(User, (school.id, teacher.id)).real_name = "改名老师"
        session.commit()
    assert "改名老师" in client.get(path).text
    assert is_cached(client, path)
    with unit_of_work(make_ctx(school, Role.STUDENT, user=make_user(school))) as ctx:
        register(ctx, offering_id=offering.id)
    with statements(db.engine) as asked:
        client.get(path)
    assert asked
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        end_licence(ctx, course_id=offering.course_id, school_id=school.id)
    assert client.get(path).status_code == 404


def test_what_is_changed_in_a_savepoint_is_a_change(
    client_for: MakeClient, make_ctx: MakeCtx, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    teacher = make_user(school, "teacher", real_name="原名老师")
    offering = put_offering(alliance, school, operating_teacher_id=teacher.id)
    path, client = f"/courses/{offering.id}", client_for(school)
    assert "原名老师" in client.get(path).text
    with unit_of_work(make_ctx(school)) as ctx:
        edit_account(ctx, user_id=teacher.id, changes={"real_name": "改名老师"})
    assert "改名老师" in client.get(path).text
    _rename_school(make_ctx(alliance, Role.SECRETARY), school, f"改名{school.id}大学")
    assert f"改名{school.id}大学" in client.get(path).text


def test_a_process_that_has_not_heard_of_a_change_keeps_its_page_apart(
    client_for: MakeClient, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    client = client_for(school)
    assert school.name in client.get("/courses").text
    known = dict(registry._cache)
    _rename_school(make_ctx(alliance, Role.SECRETARY), school, f"改名{school.id}大学")
    registry._cache.update(known)
    assert f"改名{school.id}大学" not in client.get("/courses").text
    forget_schools()
    assert f"改名{school.id}大学" in client.get("/courses").text


def _rename_school(ctx: Context, school: SchoolInfo, name: str) -> None:
    kept_as_they_are = ("slug", "unit_code", "accent", "timezone")
    values = {field: getattr(school, field) for field in kept_as_they_are}
    with unit_of_work(ctx):
        edit_school(ctx, school_id=school.id, name=name, short_name=name, **values)


def test_a_login_is_no_change(client_for: MakeClient, school: SchoolInfo, make_user: MakeUser) -> None:
    person = make_user(school)
    client = client_for(school)
    assert is_cached(client, "/courses")
    with school_scope(school.id) as session:
        session.get_one(User, (school.id, person.id)).last_login_at = NOW
        session.commit()
    with statements(db.engine) as asked:
        client.get("/courses")
    assert not asked


def test_what_was_rolled_back_drops_nothing(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school)
    assert is_cached(client, "/courses")
    with school_scope(school.id) as session:
        session.get_one(CourseOffering, (school.id, offering.id)).status = "offline"
        session.flush()
        session.rollback()
    with statements(db.engine) as asked:
        client.get("/courses")
    assert not asked


def test_a_page_ends_with_its_day(
    app: Flask, client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school)
    assert "报名中" in client.get("/courses").text
    assert offering.registration_ends_on is not None
    app.extensions["spoc_clock"] = lambda: NOW + timedelta(days=6)
    assert "即将开课" in client.get("/courses").text


def test_a_suspended_school_shows_nothing_that_was_is_cached(
    client_for: MakeClient, make_ctx: MakeCtx, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    client = client_for(school)
    assert is_cached(client, "/courses")
    with unit_of_work(make_ctx(alliance, Role.SECRETARY)) as ctx:
        suspend_school(ctx, school_id=school.id, reason="试运行结束")
    assert client.get("/courses").status_code == 403


def _touch() -> str:
    session["touched"] = True
    session.clear()
    return ""


def _late_token() -> Response:
    return Response(stream_with_context(generate_csrf() for _ in range(1)))


def _token_after_the_view() -> str:
    @after_this_request
    def add(response: Response) -> Response:
        response.set_data(generate_csrf())
        return response

    return ""


#: Views that use the session of a visitor, each in its own way and at its own moment.
PERSONAL: dict[str, Callable[[], Any]] = {
    "token": generate_csrf,
    "flash": lambda: flash("x") or "",
    "touched and emptied": _touch,
    "while the body is sent": _late_token,
    "after the view": _token_after_the_view,
    "cookie": lambda: Response("", headers={"Set-Cookie": "x=1"}),
    "no-store": lambda: Response("", headers={"Cache-Control": "no-store"}),
}


#: The others leave no session behind, or touch it when its cookie can no longer be set.
SET_A_COOKIE = {"token", "flash", "after the view", "cookie"}


@pytest.mark.parametrize("way", PERSONAL)
def test_an_answer_that_touches_its_session_is_for_its_visitor_only(
    app: Flask, client_for: MakeClient, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    made = itertools.count(1)

    def view() -> Response:
        response = make_response(PERSONAL[way]())
        response.headers["X-Made"] = str(next(made))
        return response

    monkeypatch.setitem(app.view_functions, "help.index", shared_by_visitors(view))
    answers = [client_for(school).get("/help") for _ in range(3)]
    assert [answer.headers["X-Made"] for answer in answers] == ["1", "2", "3"]
    assert ["Set-Cookie" in answer.headers for answer in answers] == [way in SET_A_COOKIE] * 3


def test_a_view_that_leaves_the_session_alone_is_shared(
    app: Flask, client_for: MakeClient, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = itertools.count(1)
    monkeypatch.setitem(app.view_functions, "help.index", shared_by_visitors(lambda: str(next(made))))
    assert [client_for(school).get("/help").text for _ in range(3)] == ["1"] * 3


def test_while_redis_is_away_visitors_still_get_pages(
    app: Flask, client_for: MakeClient, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = cast(Redis, app.extensions["spoc_redis"])

    def away(*_args: object, **_options: object) -> None:
        raise RedisAway

    for verb in ("mget", "pipeline"):
        monkeypatch.setattr(redis, verb, away)
    answer: TestResponse = client_for(school).get("/courses")
    assert answer.status_code == 200
