"""The calendar's files and the subscription's address, as browsers and calendar programs request them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from app.models import CourseOffering, User
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering, put_registration
from tests.support.pages import post

ClientFor = Callable[..., FlaskClient]


@pytest.fixture
def student(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    """A student who is at work."""
    return make_user(school, must_change_password=False, password_hash="x")


@pytest.fixture
def offering(alliance: SchoolInfo, school: SchoolInfo, student: User) -> CourseOffering:
    """A course that the student is registered for; its title could break a line of a calendar."""
    course = put_course(alliance, title=f"解剖,生理;与\\病理{student.id}")
    made = put_offering(alliance, school, course)
    put_registration(school, made, student)
    return made


def test_a_file_has_whole_days_at_the_school(
    client_for: ClientFor, school: SchoolInfo, student: User, offering: CourseOffering
) -> None:
    client = client_for(school, student)
    for path in ("/my/calendar.ics", f"/my/courses/{offering.id}/calendar.ics"):
        answer = client.get(path)
        assert answer.content_type == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        calendar = Calendar.from_ical(answer.data)
        events = calendar.walk("VEVENT")
        assert [event.decoded("dtstart") for event in events] == [
            offering.registration_ends_on,
            offering.starts_on,
            offering.ends_on,
        ]
        for event in events:
            first = event.decoded("dtstart")
            assert type(first) is date
            assert event.decoded("dtend") - first == timedelta(1)
            assert event["url"].endswith(f"/courses/{offering.id}")
        assert f"解剖,生理;与\\病理{student.id}" in str(events[1]["summary"])
        assert calendar["x-wr-timezone"] == school.timezone
        assert calendar["refresh-interval"].dt == timedelta(hours=12)
    assert client.get("/my/courses/999999/calendar.ics").status_code == 404
    assert client_for(school).get("/my/calendar.ics").status_code == 303


def test_a_program_subscribes_without_a_login_until_the_address_is_made_anew(
    client_for: ClientFor,
    school: SchoolInfo,
    other_school: SchoolInfo,
    alliance: SchoolInfo,
    student: User,
    offering: CourseOffering,
) -> None:
    client = client_for(school, student)
    assert "生成订阅地址" in client.get("/my/courses").text
    post(client, "/my/calendar/address")
    page = client.get("/my/courses").text
    path = re.search(r'value="https?://[^/"]+(/calendar/\d+/[a-z2-7]{32}\.ics)"', page)
    assert path is not None
    assert f"webcal://{school.slug}.localhost{path[1]}" in page
    program = client_for(school)
    answer = program.get(path[1])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert "Set-Cookie" not in answer.headers
    uids = [str(event["uid"]) for event in Calendar.from_ical(answer.data).walk("VEVENT")]
    assert len(set(uids)) == 3
    again = Calendar.from_ical(program.get(path[1]).data)
    assert [str(event["uid"]) for event in again.walk("VEVENT")] == uids
    wrong = path[1].replace(".ics", "x.ics")
    for where, tried in ((school, wrong), (other_school, path[1]), (alliance, path[1])):
        assert client_for(where).get(tried).status_code == 404
    post(client, "/my/calendar/address")
    assert program.get(path[1]).status_code == 404


def test_a_teacher_finds_what_he_teaches_and_a_student_does_not(
    client_for: ClientFor, school: SchoolInfo, student: User, make_teaching: Callable[..., object]
) -> None:
    mine = make_teaching(school, "甲")
    page = client_for(school, mine.teacher).get("/my/teaching").text  # type: ignore[attr-defined]
    for words in ("我教的课程", "我的班级", "甲课", "甲班", "运营教师"):
        assert words in page
    assert client_for(school, student).get("/my/teaching").status_code == 404
