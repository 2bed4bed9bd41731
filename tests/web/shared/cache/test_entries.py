"""The entries of the page and fragment caches: pages to which links lead, each kind in a room of its own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from app.models import CourseOffering, User
from app.services.catalogue.school_search import CARDS_ON_A_PAGE
from app.web.shared.cache import entries
from app.web.shared.cache.entries import Room
from tenants.db import db
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering
from tests.support.pages import is_cached, statements

MakeClient = Callable[..., FlaskClient]
MakeUser = Callable[..., User]


def _made_up(offering: CourseOffering) -> Iterator[str]:
    """Addresses that show something, and that nobody's link leads to; without end."""
    for number in itertools.count(2):
        yield f"/courses?category={number}"
        yield f"/courses?category=基础医学&category={number}"
        yield f"/courses?state={number}"
        yield f"/courses?source=x{number}"
        yield f"/courses?sort=x{number}"
        yield f"/courses?page={number}"
        yield f"/courses?page={'0' * number}1"
        yield f"/courses?state=open&page={-number}"
        yield f"/courses?running={number}"
        yield f"/courses?x{number}=1"
        yield f"/?page={number}"
        yield f"/courses/{offering.id}?page={number}"
        yield f"/courses/{'0' * number}{offering.id}"


def test_after_a_thousand_made_up_addresses_what_people_open_is_still_cached(
    app: Flask, client_for: MakeClient, make_user: MakeUser, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school)
    visitor, student = client_for(school), client_for(school, make_user(school, must_change_password=False))
    host = f"{school.slug}.localhost"
    for number, path in enumerate(itertools.islice(_made_up(offering), 1_000)):
        visitor.set_cookie("scheme", str(number), domain=host)
        visitor.set_cookie("lang", str(number), domain=host)
        client = student if number % 2 else visitor
        answer = client.get(path, base_url=f"http://{host}:{1_000 + number}")
        assert answer.status_code == 200, path
    assert len(list(cast(Redis, app.extensions["spoc_redis"]).scan_iter(f"spoc:{school.id}:*"))) < 30
    for path in ("/", "/courses", f"/courses/{offering.id}", "/courses?state=open"):
        assert is_cached(client_for(school), path), path
        student.get(path)
        with statements(db.engine) as asked:
            student.get(path)
        # The account, unread messages, and what is the reader's own on the page.
        assert len(asked) <= 4, (path, asked)


def test_narrowed_lists_take_no_room_from_other_pages(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering = put_offering(alliance, school)
    monkeypatch.setitem(entries.ROOM_SIZES, Room.LIST, 2)
    client = client_for(school)
    lists = [f"/courses?sort={sort}" for sort in ("new", "closing", "popular", "title")]
    assert [is_cached(client, path) for path in lists] == [True, True, False, False]
    assert all(
        is_cached(client, path) for path in ("/", "/courses", "/help", f"/courses/{offering.id}", lists[0])
    )
    # What is seen in other colours has a room of its own.
    client.set_cookie("scheme", "dark", domain=f"{school.slug}.localhost")
    assert is_cached(client, lists[3])


@pytest.mark.parametrize(
    "path",
    [
        "/courses?category=没有的学科",
        "/courses?state=x",
        "/courses?source=x",
        "/courses?sort=x",
        "/courses?page=2",
        "/courses?page=1",
        "/courses?state=open&state=x",
        "/courses?state=%20open",
        "/courses?category=",
        "/courses?state=ended",
        "/courses?utm_source=x",
        "/?page=1",
        "/courses/0{id}",
        "/courses/{id}?page=1",
    ],
)
def test_an_address_that_no_link_leads_to_is_not_cached(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, path: str
) -> None:
    path = path.format(id=put_offering(alliance, school).id)
    assert not is_cached(client_for(school), path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/help",
        "/announcements/",
        "/courses/{id}",
        "/courses",
        "/courses?category=基础医学",
        "/courses?state=open",
        "/courses?source=alliance",
        "/courses?sort=popular",
        "/courses?page=2",
        "/courses?sort=new&page=2&state=open",
    ],
)
def test_an_address_that_links_lead_to_is_cached(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo, path: str
) -> None:
    offerings = [put_offering(alliance, school) for _ in range(CARDS_ON_A_PAGE + 1)]
    path = path.format(id=offerings[0].id)
    assert is_cached(client_for(school), path)
    # However the host is spelled.
    with statements(db.engine) as asked:
        client_for(school).get(path, base_url=f"http://{school.slug.upper()}.localhost:8443")
    assert not asked


def test_the_alliance_s_lists_are_cached_where_they_hold_something(
    client_for: MakeClient, alliance: SchoolInfo, school: SchoolInfo
) -> None:
    offering = put_offering(alliance, school, put_course(alliance, category="护理学"))
    client = client_for(alliance)
    for path in ("/courses?category=护理学", "/courses?running=1", f"/courses/{offering.course_id}"):
        assert is_cached(client, path), path
    for path in (
        "/courses?category=x",
        "/courses?running=2",
        "/courses?page=9999",
        "/courses?running=1&page=1",
    ):
        assert not is_cached(client, path), path
