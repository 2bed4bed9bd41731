"""The fragment cache: the common content of a school, without a reader's data and without another school's."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup, escape
from redis import Redis
from redis.exceptions import ConnectionError as RedisAway

from app.context import Context
from app.models import Course, CourseOffering, User
from app.rules.permissions import Role
from app.services.registrations.self_service import register, withdraw
from app.uow import unit_of_work
from app.web.shared.cache.fragments import Slot, render_fragment
from tenants.db import db
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.courses import put_course, put_offering
from tests.support.pages import statements

MakeUser = Callable[..., User]
Student = Callable[..., tuple[FlaskClient, User]]

#: What every page of a person asks of the database: the account, and how many messages are unread.
FRAME = 2


@pytest.fixture
def offering(alliance: SchoolInfo, school: SchoolInfo) -> CourseOffering:
    """A course of the school's own."""
    return put_offering(alliance, school, put_course(school, title="内科学基础"))


@pytest.fixture
def student(client_for: Callable[..., FlaskClient], make_user: MakeUser, school: SchoolInfo) -> Student:
    """The browser of one more student, of the school unless another is named."""

    def make(where: SchoolInfo = school, **values: object) -> tuple[FlaskClient, User]:
        user = make_user(where, must_change_password=False, **values)
        return client_for(where, user), user

    return make


def card(client: FlaskClient, path: str, title: str = "内科学基础") -> str:
    """The text of a course's card on a page."""
    (found,) = [each for each in client.get(path).text.split("<article")[1:] if title in each]
    return found.partition("</article>")[0]


@pytest.mark.parametrize(
    ("path", "more"),
    [
        # beside the frame: which of them are one's own; on the home page the announcements, too; on a course's page
        # the course and one's place on the waiting list
        ("/courses", 1),
        ("/courses?state=open", 1),
        ("/", 2),
        ("/courses/{id}", 2),
    ],
)
def test_the_second_student_costs_the_database_only_what_is_his(
    student: Student,
    offering: CourseOffering,
    path: str,
    more: int,
    make_ctx: Callable[..., Context],
    school: SchoolInfo,
) -> None:
    (first, user), (second, _) = student(), student()
    with unit_of_work(make_ctx(school, Role.STUDENT, user=user)) as ctx:
        register(ctx, offering_id=offering.id)
    first.get(path.format(id=offering.id))
    with statements(db.engine) as asked:
        answer = second.get(path.format(id=offering.id))
    assert "内科学基础" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(asked) <= FRAME + more, asked


@pytest.mark.parametrize("path", ["/", "/courses", "/courses?q=内科学"])
def test_a_registration_shows_at_once_and_to_its_student_only(
    student: Student,
    offering: CourseOffering,
    make_ctx: Callable[..., Context],
    client_for: Callable[..., FlaskClient],
    school: SchoolInfo,
    path: str,
) -> None:
    (mine, me), (others, _) = student(), student()
    readers = (mine, others, client_for(school))
    assert ["已报名" in card(reader, path) for reader in readers] == [False] * 3
    with unit_of_work(make_ctx(school, Role.STUDENT, user=me)) as ctx:
        register(ctx, offering_id=offering.id)
    for _ in range(2):
        assert ["已报名" in card(reader, path) for reader in readers] == [True, False, False]
        assert ["1 人报名" in card(reader, path) for reader in readers] == [True] * 3
    with unit_of_work(make_ctx(school, Role.STUDENT, user=me)) as ctx:
        withdraw(ctx, offering_id=offering.id)
    assert ["已报名" in card(reader, path) for reader in readers] == [False] * 3


#: Texts that might be taken for something else on their way through the cache.
ODD_TITLES = [
    "\ue000{id}\ue001内科",
    "\ue000{id}!\ue001内科",
    "<script>alert(1)</script>",
    "已报名</a><b id=x>",
    "{{ 7 * 7 }} {% raw %} %(n)s %s {0}",
    '"], ["x", "\\" \\n \\ue000',
    '[1, "registered", "others"]',
    "&lt;b&gt; &amp; 'x'",
]


@pytest.mark.parametrize("title", ODD_TITLES)
@pytest.mark.parametrize("path", ["/", "/courses"])
def test_a_title_may_hold_anything(
    student: Student,
    offering: CourseOffering,
    make_ctx: Callable[..., Context],
    client_for: Callable[..., FlaskClient],
    school: SchoolInfo,
    title: str,
    path: str,
) -> None:
    title = title.replace("{id}", str(offering.id))
    with school_scope(offering.school_id) as session:
        session.get_one(Course, (offering.school_id, offering.course_id)).title = title
        session.commit()
    (mine, me), (others, _) = student(), student()
    with unit_of_work(make_ctx(school, Role.STUDENT, user=me)) as ctx:
        register(ctx, offering_id=offering.id)
    expected = f'<h3><a href="/courses/{offering.id}">{escape(title)}</a></h3>'
    cards = [card(reader, path, expected) for reader in (mine, others, mine, others, client_for(school))]
    assert cards[1] == cards[3] == cards[4]
    assert cards[0] == cards[2]
    assert cards[0] == cards[1].replace("</span>", '</span><span class="chip tone-success">已报名</span>', 1)


def test_a_fragment_is_text_and_slots_and_slots_are_escaped(app: Flask) -> None:
    template = app.jinja_env.from_string("<b>{{ slot(1, chip, '<') }}</b>{{ slot(2, '<i>', '') }}{{ title }}")
    with app.test_request_context():
        fragment = render_fragment(template, chip=Markup("<i>x</i>"), title="<")
    assert fragment == ["<b>", Slot(1, "<i>x</i>", "&lt;"), "</b>", Slot(2, "&lt;i&gt;", ""), "&lt;"]


def test_a_full_course_says_so_to_those_who_are_not_registered(
    student: Student,
    alliance: SchoolInfo,
    make_ctx: Callable[..., Context],
    client_for: Callable[..., FlaskClient],
    school: SchoolInfo,
) -> None:
    offering = put_offering(alliance, school, put_course(alliance, title="只有一席"), licence={"seats": 1})
    (mine, me), (others, _) = student(), student()
    with unit_of_work(make_ctx(school, Role.STUDENT, user=me)) as ctx:
        register(ctx, offering_id=offering.id)
    for path in ("/", "/courses", "/courses?q=一席"):
        for reader, chip in ((mine, "已报名"), (others, "名额已满"), (client_for(school), "名额已满")):
            found = card(reader, path, "只有一席")
            assert {word for word in ("已报名", "名额已满") if word in found} == {chip}


def test_a_change_by_the_owner_is_seen_at_once(student: Student, offering: CourseOffering) -> None:
    client, _ = student()
    for path in ("/", "/courses", f"/courses/{offering.id}"):
        assert "内科学基础" in client.get(path).text
    with school_scope(offering.school_id) as session:
        course = session.get_one(Course, (offering.school_id, offering.course_id))
        course.title, course.outline = "内科学进阶", "<p>新的大纲</p>"
        session.commit()
    for path in ("/", "/courses", f"/courses/{offering.id}"):
        assert "内科学进阶" in client.get(path).text
    assert "新的大纲" in client.get(f"/courses/{offering.id}").text


def test_schools_and_languages_are_apart(
    student: Student, offering: CourseOffering, other_school: SchoolInfo
) -> None:
    (ours, _), (theirs, _) = student(), student(other_school)
    english, _ = student()
    english.set_cookie("lang", "en", domain=english.host)  # type: ignore[attr-defined]
    for path in ("/", "/courses"):
        assert "报名截止" in card(ours, path)
        assert "Register by" in card(english, path)
        assert "内科学基础" not in theirs.get(path).text
    assert theirs.get(f"/courses/{offering.id}").status_code == 404


def test_nothing_of_a_reader_is_cached(app: Flask, student: Student, offering: CourseOffering) -> None:
    client, _ = student(real_name="独此一人", nickname="独此一人")
    redis = cast(Redis, app.extensions["spoc_redis"])
    for path in ("/", "/courses", f"/courses/{offering.id}"):
        assert "独此一人" in client.get(path).text
    names = list(redis.scan_iter(f"spoc:{offering.school_id}:fragments:*"))
    assert len(names) == 3
    for name in names:
        cached = cast(bytes, redis.get(name)).decode()
        for word in ("独此一人", "csrf", "logout"):
            assert word not in cached


def test_while_redis_is_away_students_still_get_their_courses(
    app: Flask, student: Student, offering: CourseOffering, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = student()

    def away(*_args: object, **_options: object) -> None:
        raise RedisAway

    monkeypatch.setattr(cast(Redis, app.extensions["spoc_redis"]), "mget", away)
    assert "内科学基础" in client.get("/courses").text
