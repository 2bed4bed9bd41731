"""Values that no person enters: they break no form and no list of the management side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.models import CourseOffering, User
from tenants.registry import SchoolInfo
from tests.support.courses import put_offering, put_registration
from tests.support.pages import token_of
from tests.support.teaching import put_class

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]

LARGEST = str(2**63 - 1)
HUGE = "9" * 30
QUERIES = (
    f"?page={HUGE}&q=%00a&class={LARGEST}&year=9999&teacher={LARGEST}&course={LARGEST}&school={LARGEST}"
    f"&schools_page={LARGEST}&school_q=%00&desc=1&sort=name&state=ended&span={HUGE}",
    f"?page=-1&year=99999&class=0&course_id=9-9&school_id={LARGEST}&source=own&status=draft&missing=any",
)


@pytest.fixture
def people(
    alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> dict[str, FlaskClient]:
    """An administrator's and a secretary's browser."""
    office = make_user(school, kind="administrator", must_change_password=False)
    secretary = make_user(alliance, "secretary", must_change_password=False)
    return {"school": client_for(school, office), "alliance": client_for(alliance, secretary)}


@pytest.fixture
def named(alliance: SchoolInfo, school: SchoolInfo, make_user: MakeUser) -> dict[str, Any]:
    """What addresses and forms name."""
    online = put_offering(alliance, school)
    offered: CourseOffering = put_offering(alliance, school, status="unhandled")
    student = make_user(school)
    put_registration(school, online, student)
    return {
        "online": online.id,
        "offered": offered.id,
        "student": student.id,
        "class_": put_class(school, number="1", name="一班"),
        "school": school.id,
        "course": f"{alliance.id}-{online.course_id}",
    }


@pytest.mark.parametrize(
    ("host", "path", "fields"),
    [
        ("school", "offerings/{offered}/decline", {"reason": "a\0b"}),
        ("school", "offerings/{offered}/again", {"term": "2026-2027-2\0"}),
        ("school", "offerings/{online}/registrations/remove", {"rowid": "{student}", "reason": "a\0b"}),
        ("school", "people/bulk", {"action": "reset", "all": "1", "total": HUGE}),
        ("school", "classes/{class_}/move", {"target": LARGEST, "students": HUGE}),
        ("school", "classes/{class_}/later-joiners", {"offering_id": HUGE, "answer": "follow"}),
        ("school", "classes/{class_}/head-teacher", {"head_teacher": HUGE}),
        ("alliance", "licences/act/", {"act": "end", "school": LARGEST, "course": f"{LARGEST}-{LARGEST}"}),
        (
            "alliance",
            "licences/act/",
            {"act": "end", "school": "{school}", "course": "{course}", "granted": HUGE},
        ),
        (
            "alliance",
            "alliance-announcements/new/",
            {"title": "a", "body": "b", "to_all": "0", "school_ids": HUGE},
        ),
        ("school", "offerings/{online}/operating-teacher", {"teacher": "9" * 18}),
        (
            "school",
            "offerings/{online}/details",
            {
                "starts_on": "0001-01-01",
                "ends_on": "9999-12-31",
                "registration_starts_on": "2026-02-30",
                "registration_ends_on": "\0",
                "seats": HUGE,
            },
        ),
        (
            "school",
            "offerings/{online}/details",
            {
                "starts_on": "2026-09-20",
                "ends_on": "2026-12-20",
                "registration_starts_on": "2026-09-01",
                "registration_ends_on": "2026-09-19",
                "seats": HUGE,
            },
        ),
        ("school", "offerings/new/", {"title": "a\0b", "category": "临床\0医学", "teachers": "\0"}),
        (
            "school",
            "announcements/new/",
            {"title": "a\0b", "body": "x\0y", "audience": "everyone", "to_all": "1", "publish": "1"},
        ),
        ("school", "classes/new/", {"name": "a\0b", "entry_year": "\0", "head_teacher": "\0"}),
        ("alliance", "enter-school/{school}/", {"reason": "a\0bcdef"}),
        ("alliance", "schools/{school}/suspend/", {"reason": "a\0b"}),
        ("alliance", "schools/{school}/quotas", {"most_people": HUGE, "most_courses": "\0"}),
        ("alliance", "alliance-courses/new/", {"title": "a\0b", "category": "临床医学"}),
        (
            "alliance",
            "licences/new/",
            {
                "course_id": "{course}",
                "school_ids": "{school}",
                "term": "\0",
                "seats": HUGE,
                "starts_on": "0001-01-01",
                "ends_on": "9999-12-31",
            },
        ),
        (
            "alliance",
            "licences/act/",
            {"act": "license", "all_courses": "1", "all_schools": "1", "step": "preview", "q": "\0a"},
        ),
    ],
)
def test_a_form_takes_it_or_says_what_is_wrong(
    people: dict[str, FlaskClient], named: dict[str, Any], host: str, path: str, fields: dict[str, str]
) -> None:
    client, sent = people[host], {name: text.format(**named) for name, text in fields.items()}
    sent["csrf_token"] = token_of(client, "/manage/")
    assert client.post("/manage/" + path.format(**named), data=sent).status_code in (200, 303, 404, 422)


def test_a_ticked_row_that_is_none_is_no_error(people: dict[str, FlaskClient], named: dict[str, Any]) -> None:
    client, token = people["school"], token_of(people["school"], "/manage/")
    for path, fields in (
        ("offerings/{online}/registrations/add", {}),
        ("offerings/{online}/registrations/remove", {"reason": "休学"}),
        ("offerings/{online}/registrations/waiting", {"action": "admit"}),
        ("offerings/{online}/classes", {}),
        ("offerings/{online}/staff/add", {}),
        ("people/bulk", {"action": "reset"}),
        ("people/bulk", {"action": "edit"}),
        ("people/bulk", {"action": "slips"}),
        ("slips/confirm", {}),
        ("slips/print", {"voided": HUGE}),
        ("requests/decide", {"action": "approve"}),
        ("requests/decide", {"action": "reject", "canned": "0009"}),
        ("classes/{class_}/students/add", {"leaving": HUGE}),
        ("classes/{class_}/students/remove", {}),
        ("classes/{class_}/select", {}),
    ):
        for number in (LARGEST, "9" * 5000, "\0"):
            sent = {"csrf_token": token, "rowid": number, **fields}
            answer = client.post("/manage/" + path.format(**named), data=sent)
            assert answer.status_code in (200, 303, 404, 422), (path, number)


@pytest.mark.parametrize(
    ("host", "paths"),
    [
        (
            "school",
            (
                "offerings/", "course-reviews/", "classes/", "announcements/", "visits/",
                "offerings/{online}/registrations/", "offerings/{online}/registrations/add",
                "offerings/{online}/versions", "offerings/{online}/classes", "offerings/{online}/staff/add",
                f"offerings/{LARGEST}/", f"classes/{LARGEST}/", f"course-reviews/{LARGEST}/", f"visits/{LARGEST}/",
            ),
        ),
        (
            "alliance",
            (
                "licences/", "licences/list/", "licences/new/", "licences/sheets/", "licences/list.xlsx",
                "licences/matrix.xlsx", "recommendations/", "activity/", "schools/", "alliance-courses/",
                f"licences/{LARGEST}/{LARGEST}/{LARGEST}/", f"activity/{LARGEST}/", f"enter-school/{LARGEST}/",
                f"recommendations/{LARGEST}/{LARGEST}/",
            ),
        ),
    ],
)  # fmt: skip
def test_a_list_shows_what_can_be_meant(
    people: dict[str, FlaskClient], named: dict[str, Any], host: str, paths: tuple[str, ...]
) -> None:
    for path in paths:
        for query in QUERIES:
            answer = people[host].get("/manage/" + path.format(**named) + query)
            assert answer.status_code in (200, 404), path
