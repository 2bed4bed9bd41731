"""A teacher's management side: their own classes and courses, and no other rows of the school."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import AuditEntry, SchoolClass, User
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.admin.test_base import ids, rules
from tests.support.pages import post, token_of
from tests.support.teaching import Teaching, put_class
from tests.support.world import Populated

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
MakeTeaching = Callable[..., Teaching]

#: What opens for every teacher, for the head of the class in the address, and for who runs the course in it.
EVERYBODYS = {
    ("GET", "admin.index"),
    ("GET", "classes.index"),
    ("GET", "offerings.index"),
    ("GET", "offerings.create"),
}
#: What every teacher may send, and has sent back for what is missing.
SENT_EMPTY = {("POST", "offerings.create")}
HEADS = {
    ("GET", "classes.show"),
    ("GET", "classes.courses"),
    ("GET", "classes.registrations"),
    ("GET", "classes.selections"),
}
RUNNERS = {
    ("GET", "offerings.show"),
    ("GET", "offerings.details"),
    ("GET", "offerings.assessment"),
    ("GET", "offerings.staff"),
    ("GET", "offerings.versions"),
    ("GET", "offerings.registrations"),
    ("GET", "offerings.add_students"),
    ("GET", "offerings.waiting_list"),
    ("GET", "offerings.registration_figures"),
}
#: What whoever runs the course does with its registrations: shown in ``tests.services.registrations.test_by_staff``.
KEEPING = {
    ("POST", "offerings.add_students"),
    ("POST", "offerings.remove_students"),
    ("POST", "offerings.export_registrations"),
}


@pytest.fixture
def mine(school: SchoolInfo, make_teaching: MakeTeaching) -> Teaching:
    """What belongs to the teacher under test."""
    return make_teaching(school, "甲")


@pytest.fixture
def theirs(school: SchoolInfo, make_teaching: MakeTeaching) -> Teaching:
    """What belongs to a colleague at the same school."""
    return make_teaching(school, "乙")


@pytest.fixture
def client(school: SchoolInfo, mine: Teaching, client_for: ClientFor) -> FlaskClient:
    """The teacher's browser."""
    return client_for(school, mine.teacher)


def requests(app: Flask, numbers: list[int]) -> Iterator[tuple[str, str, str, dict[str, int]]]:
    """Method, endpoint, address and numbers of every request that the management side knows."""
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
    for rule in rules(app):
        taken = len(rule.arguments)
        # Three numbers are the alliance's licences, which no school's host has.
        for chosen in product(numbers, repeat=taken) if taken < 3 else ((one,) * taken for one in numbers):
            given = dict(zip(sorted(rule.arguments), chosen, strict=True))
            path = adapter.build(rule.endpoint, given, append_unknown=False)
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, rule.endpoint, path, given


@pytest.mark.parametrize("has", [True, False])
def test_every_route_opens_for_a_teacher_where_it_is_his_and_is_not_there_elsewhere(
    app: Flask,
    school: SchoolInfo,
    mine: Teaching,
    theirs: Teaching,
    two_schools: tuple[Populated, Populated],
    make_user: MakeUser,
    client_for: ClientFor,
    has: bool,
) -> None:
    teacher = mine.teacher if has else make_user(school, kind="teacher", must_change_password=False)
    client = client_for(school, teacher)
    fields = {"csrf_token": token_of(client, "/manage/"), "head_teacher": str(teacher.id)}
    taught = [mine.offering.id, theirs.offering.id]
    here = {mine.class_id, theirs.class_id, theirs.settled.id, *taught}
    numbers = sorted({*here, ids(two_schools[1])[-1]})
    opened: set[tuple[str, str]] = set()
    with school_scope(school.id) as session:
        before = [
            row.head_teacher_id for row in session.scalars(select(SchoolClass).order_by(SchoolClass.id))
        ]
    for method, endpoint, path, given in requests(app, numbers):
        act = (method, endpoint)
        if has and act in KEEPING and given["offering_id"] == mine.offering.id:
            continue
        answer = client.get(path) if method == "GET" else client.post(path, data=fields | {"rowid": numbers})
        opens = act in EVERYBODYS
        if has and act in HEADS:
            opens = given["class_id"] == mine.class_id and given.get("offering_id", taught[0]) in taught
        if has and act in RUNNERS:
            opens = given["offering_id"] == mine.offering.id
        expected = 200 if opens else 422 if act in SENT_EMPTY else 404
        assert answer.status_code == expected, f"{method} {path}"
        for foreign in ("乙班", "乙来过", "乙没来", "乙停用"):
            assert foreign not in answer.text, f"{method} {path}"
        opened |= {act} if opens else set()
    assert opened == (EVERYBODYS | HEADS | RUNNERS if has else EVERYBODYS)
    with school_scope(school.id) as session:
        after = [row.head_teacher_id for row in session.scalars(select(SchoolClass).order_by(SchoolClass.id))]
    assert after == before


def test_what_is_not_his_is_answered_like_what_does_not_exist(client: FlaskClient, theirs: Teaching) -> None:
    def plain(path: str) -> str:
        text = client.get(path).text.replace(path, "")
        return re.sub(r'(nonce="|csrf-token" content="|csrf_token" value=")[^"]+', "", text)

    assert plain(f"/manage/classes/{theirs.class_id}/") == plain("/manage/classes/999999999/")
    assert plain(f"/manage/offerings/{theirs.offering.id}/") == plain("/manage/offerings/999999999/")


def test_his_first_page_shows_his_class_and_his_course(client: FlaskClient, theirs: Teaching) -> None:
    page = client.get("/manage/").text
    assert "甲班" in page
    assert "甲课" in page
    assert "乙" not in page
    assert [int(n) for n in re.findall(r'number">(?:<a[^>]*>)?(\d+)', page)] == [3, 1, 1, 1, 1]


def test_a_teacher_with_nothing_is_told_what_will_be_there(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor
) -> None:
    client = client_for(school, make_user(school, kind="teacher", must_change_password=False))
    page = client.get("/manage/").text
    assert "您还没有担任班主任" in page
    assert "还没有由您运营的课程" in page
    assert "您还没有担任班主任" in client.get("/manage/classes/").text
    assert "还没有由您运营的课程" in client.get("/manage/offerings/").text


def test_his_menu_has_no_entry_of_the_administrators(client: FlaskClient) -> None:
    page = client.get("/manage/").text
    menu = page[page.index('id="side-nav"') : page.index("</nav>", page.index('id="side-nav"'))]
    assert re.findall(r'<a href="([^"]+)"', menu) == ["/manage/", "/manage/classes/", "/manage/offerings/"]


def test_a_class_says_who_has_never_logged_in_and_finds_and_sorts(
    client: FlaskClient, mine: Teaching
) -> None:
    address = f"/manage/classes/{mine.class_id}/"

    def names(query: str) -> list[str]:
        return re.findall(r"甲(?:来过|没来|停用)", client.get(address + query).text)

    assert names("") == ["甲来过", "甲没来", "甲停用"]
    assert names("?state=never") == ["甲没来"]
    assert names("?state=active") == ["甲来过"]
    assert names("?state=disabled") == ["甲停用"]
    assert names(f"?q={mine.settled.student_no}") == ["甲来过"]
    assert names("?q=没有这个人") == []
    assert names("?sort=number&desc=1") == ["甲停用", "甲没来", "甲来过"]
    assert names("?sort=last_login")[0] == "甲来过"


def test_the_courses_of_a_class_say_who_has_registered_and_who_not_yet(
    client: FlaskClient, mine: Teaching, theirs: Teaching
) -> None:
    courses = client.get(f"/manage/classes/{mine.class_id}/courses/").text
    assert "甲课" in courses
    assert "乙课" in courses
    address = f"/manage/classes/{mine.class_id}/courses/{mine.offering.id}/"
    registered, missing = (
        client.get(f"{address}?registered=yes").text,
        client.get(f"{address}?registered=no").text,
    )
    assert "甲来过" in registered
    assert "甲没来" not in registered
    assert "甲来过" not in missing
    assert "甲没来" in missing
    assert "甲停用" in missing


def test_his_course_is_read_only(client: FlaskClient, mine: Teaching) -> None:
    page = client.get(f"/manage/offerings/{mine.offering.id}/details").text
    assert "<form" not in page[page.index("<h1") : page.index("</main>")]
    assert post(client, f"/manage/offerings/{mine.offering.id}/details", starts_on="x").status_code == 404
    assert post(client, f"/manage/offerings/{mine.offering.id}/offline").status_code == 404


def test_an_administrator_chooses_the_head_teacher_who_then_sees_the_class(
    school: SchoolInfo, office: FlaskClient, make_user: MakeUser, client_for: ClientFor
) -> None:
    class_id = put_class(school, number="2026900", name="新班", entry_year=2026)
    teacher = make_user(school, kind="teacher", real_name="林青", must_change_password=False)
    assert "林青" in office.get(f"/manage/classes/{class_id}/").text
    assert client_for(school, teacher).get(f"/manage/classes/{class_id}/").status_code == 404
    answer = post(office, f"/manage/classes/{class_id}/head-teacher", head_teacher=str(teacher.id))
    assert answer.status_code == 303
    assert client_for(school, teacher).get(f"/manage/classes/{class_id}/").status_code == 200
    log = office.get("/manage/audit/").text
    assert "指定班主任" in log
    assert "林青" in log
    assert post(office, f"/manage/classes/{class_id}/head-teacher", head_teacher="").status_code == 303
    assert client_for(school, teacher).get(f"/manage/classes/{class_id}/").status_code == 404


@pytest.mark.parametrize("who", ["student", "disabled", "foreign", "nobody", "nonsense", "unsent"])
def test_only_a_teacher_of_the_school_with_an_open_account_heads_a_class(
    school: SchoolInfo, other_school: SchoolInfo, office: FlaskClient, make_user: MakeUser, who: str
) -> None:
    class_id = put_class(school, number="2026901", name="新班", entry_year=2026)
    chosen = {
        "student": lambda: make_user(school).id,
        "disabled": lambda: make_user(school, kind="teacher", status="disabled").id,
        "foreign": lambda: make_user(other_school, kind="teacher").id,
        "nobody": lambda: 999999999,
        "nonsense": lambda: "9" * 30,
        "unsent": lambda: None,
    }[who]()
    fields = {} if chosen is None else {"head_teacher": str(chosen)}
    answer = post(office, f"/manage/classes/{class_id}/head-teacher", **fields)
    assert answer.status_code == 422
    assert "请选择一位在用的教师" in answer.text
    with school_scope(school.id) as session:
        assert (
            session.scalars(select(SchoolClass).where(SchoolClass.id == class_id)).one().head_teacher_id
            is None
        )
        assert not session.scalars(select(AuditEntry).where(AuditEntry.object_type == "class")).all()
