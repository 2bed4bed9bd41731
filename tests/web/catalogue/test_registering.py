"""Registering from the course page: the window, the last seat, the login in between, other schools."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.models import AuditEntry, Registration, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import NOW
from tests.support.courses import days, put_offering, put_registration
from tests.support.pages import post, token_of

MakeClient = Callable[..., FlaskClient]
MakeUser = Callable[..., User]


def active_registrations(school: SchoolInfo, offering_id: int) -> int:
    with school_scope(school.id) as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Registration)
                .where(Registration.offering_id == offering_id, Registration.withdrawn_at.is_(None))
            )
            or 0
        )


@pytest.fixture
def student(school: SchoolInfo, make_user: MakeUser) -> User:
    return make_user(school, must_change_password=False, password_hash="x")


def test_registering_and_withdrawing_within_the_window(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    offering = put_offering(alliance, school)
    page = f"/courses/{offering.id}"
    client = client_for(school, student)
    answer = post(client, f"{page}/register")
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    shown = client.get(page).text
    assert "报名成功" in shown
    assert "已报名" in shown
    assert "退选" in shown
    assert active_registrations(school, offering.id) == 1
    assert post(client, f"{page}/withdraw").status_code == 303
    assert active_registrations(school, offering.id) == 0
    with school_scope(school.id) as session:
        actions = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert actions == ["registration.registered", "registration.withdrawn"]


def test_a_double_click_registers_once(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school, student)
    token = token_of(client)
    for _ in range(2):
        answer = client.post(f"/courses/{offering.id}/register", data={"csrf_token": token})
        assert answer.status_code == 303
    assert active_registrations(school, offering.id) == 1


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        ({"registration_starts_on": days(1), "registration_ends_on": days(9)}, f"{days(1)} 开始报名"),
        ({"registration_starts_on": days(-9), "registration_ends_on": days(-1)}, f"报名已于 {days(-1)} 截止"),
        (
            {
                "registration_starts_on": days(-90),
                "registration_ends_on": days(-80),
                "starts_on": days(-70),
                "ends_on": days(-1),
            },
            f"课程已于 {days(-1)} 结束",
        ),
    ],
)
def test_outside_the_window_the_page_says_why_and_the_server_refuses(
    client_for: MakeClient,
    alliance: SchoolInfo,
    school: SchoolInfo,
    student: User,
    dates: dict[str, object],
    reason: str,
) -> None:
    offering = put_offering(alliance, school, **dates)
    client = client_for(school, student)
    page = client.get(f"/courses/{offering.id}").text
    assert reason in page
    assert f"/courses/{offering.id}/register" not in page
    refused = post(client, f"/courses/{offering.id}/register")
    assert refused.status_code == 303
    assert "现在不能报名" in client.get(refused.headers["Location"]).text
    assert active_registrations(school, offering.id) == 0


def test_the_window_opens_and_closes_at_midnight_of_the_school(
    app: Flask,
    client_for: MakeClient,
    alliance: SchoolInfo,
    make_school: Callable[..., SchoolInfo],
    make_user: MakeUser,
) -> None:
    school = make_school(timezone="Asia/Urumqi")  # UTC+6: its day begins at 18:00 UTC
    student = make_user(school, must_change_password=False, password_hash="x")
    offering = put_offering(alliance, school, registration_starts_on=days(0), registration_ends_on=days(0))
    client = client_for(school, student)
    instants = {
        datetime(2026, 9, 9, 17, 59, tzinfo=UTC): 0,
        datetime(2026, 9, 9, 18, 0, tzinfo=UTC): 1,
        datetime(2026, 9, 10, 17, 59, tzinfo=UTC): 1,
        datetime(2026, 9, 10, 18, 0, tzinfo=UTC): 0,
    }
    for instant, expected in instants.items():
        app.extensions["spoc_clock"] = lambda instant=instant: instant
        post(client, f"/courses/{offering.id}/register")
        assert active_registrations(school, offering.id) == expected, instant
        if expected == 0:
            continue
        post(client, f"/courses/{offering.id}/withdraw")
        assert active_registrations(school, offering.id) == 0, instant
    app.extensions["spoc_clock"] = lambda: NOW


def test_the_last_seat_is_given_once_and_the_page_says_so(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User, make_user: MakeUser
) -> None:
    offering = put_offering(alliance, school, licence={"seats": 1})
    put_registration(school, offering, student)
    late = client_for(school, make_user(school, must_change_password=False, password_hash="x"))
    assert "名额已满" in late.get(f"/courses/{offering.id}").text
    # The lists say it before one has opened the course; to who has the seat they say that.
    for path in ("/", "/courses"):
        assert "名额已满</span>" in late.get(path).text
        assert "已报名</span>" in client_for(school, student).get(path).text
    post(late, f"/courses/{offering.id}/register")
    assert active_registrations(school, offering.id) == 1


def test_few_seats_are_worth_a_word_in_the_list(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    put_offering(alliance, school, licence={"seats": 3})
    put_offering(alliance, school, licence={"seats": 300})
    page = client_for(school).get("/courses").text
    assert "剩余名额 3" in page
    assert "剩余名额 300" not in page


def test_a_visitor_who_registers_is_led_to_the_login_and_back(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school)
    answer = client.post(f"/courses/{offering.id}/register")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/login?next=/courses/{offering.id}"
    assert f'href="/login?next=/courses/{offering.id}"' in client.get(f"/courses/{offering.id}").text
    assert active_registrations(school, offering.id) == 0


def test_registering_needs_the_form_s_token(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, student: User
) -> None:
    offering = put_offering(alliance, school)
    client = client_for(school, student)
    for path in ("register", "withdraw"):
        assert client.post(f"/courses/{offering.id}/{path}").status_code == 400
        assert client.get(f"/courses/{offering.id}/{path}").status_code == 405
    assert active_registrations(school, offering.id) == 0


def test_nobody_registers_at_another_school_or_for_what_is_hidden(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo, student: User
) -> None:
    foreign = put_offering(alliance, other_school)
    offline = put_offering(alliance, school, status="offline")
    client = client_for(school, student)
    for offering in (foreign, offline):
        assert post(client, f"/courses/{offering.id}/register").status_code == 404
    assert active_registrations(other_school, foreign.id) == 0
    assert active_registrations(school, offline.id) == 0
