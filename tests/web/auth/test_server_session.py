"""Sessions live in Redis, belong to one school, and can be revoked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from app.models import User
from app.web.auth.server_session import ABSOLUTE, revoke_user
from tenants.registry import SchoolInfo
from tests.support.app import NOW

ClientFor = Callable[..., FlaskClient]


@pytest.fixture
def person(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    """An administrator with an own password."""
    return make_user(school, "administrator", must_change_password=False, password_hash="x")


def _sid(client: FlaskClient, school: SchoolInfo) -> str:
    cookie = client.get_cookie("sid", domain=f"{school.slug}.localhost")
    assert cookie is not None
    return cookie.value


def _is_in(client: FlaskClient) -> bool:
    return client.get("/manage/").status_code == 200


def test_a_session_opens_its_own_school_only(
    school: SchoolInfo, other_school: SchoolInfo, person: User, client_for: ClientFor
) -> None:
    client = client_for(school, person)
    assert _is_in(client)
    thief = client_for(other_school)
    thief.set_cookie("sid", _sid(client, school), domain=f"{other_school.slug}.localhost")
    assert not _is_in(thief)


def test_the_cookie_is_a_bare_name_of_this_host(
    school: SchoolInfo, person: User, client_for: ClientFor
) -> None:
    client = client_for(school, person)
    cookie = client.get_cookie("sid", domain=f"{school.slug}.localhost")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.origin_only  # no Domain: a sibling never gets it
    assert str(person.id) not in cookie.value


def test_redis_holds_no_cookie_value(
    app: Flask, school: SchoolInfo, person: User, client_for: ClientFor
) -> None:
    client = client_for(school, person)
    redis = cast(Redis, app.extensions["spoc_redis"])
    assert not [name for name in redis.scan_iter("*") if _sid(client, school).encode() in name]


def test_an_invented_cookie_opens_nothing_and_is_not_adopted(
    school: SchoolInfo, client_for: ClientFor
) -> None:
    client = client_for(school)
    client.set_cookie("sid", "a" * 43, domain=f"{school.slug}.localhost")
    assert not _is_in(client)
    client.get("/login")
    assert _sid(client, school) != "a" * 43


def test_revoking_a_person_ends_every_session_at_once(
    app: Flask, school: SchoolInfo, person: User, client_for: ClientFor
) -> None:
    first, second = client_for(school, person), client_for(school, person)
    assert _is_in(first)
    assert _is_in(second)
    with app.app_context():
        revoke_user(school.id, person.id, except_sid=_sid(second, school))
    assert not _is_in(first)
    assert _is_in(second)


def test_a_session_ends_after_its_absolute_time(
    app: Flask, school: SchoolInfo, person: User, client_for: ClientFor
) -> None:
    client = client_for(school, person)
    redis = cast(Redis, app.extensions["spoc_redis"])
    app.extensions["spoc_clock"] = lambda: NOW + ABSOLUTE - timedelta(seconds=30)
    assert _is_in(client)
    names = list(redis.scan_iter(f"spoc:{school.id}:session:*"))
    assert all(0 < cast(int, redis.ttl(name)) <= 30 for name in names)
