"""People's pictures: served only to people who are logged in at the same school."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.models import User, UserPhoto
from tenants.registry import SchoolInfo
from tenants.scope import school_scope

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24)
SHA = "0123456789abcdef"


@pytest.fixture
def address(school: SchoolInfo, make_user: MakeUser) -> str:
    """Where a teacher's picture is."""
    teacher = make_user(school, "teacher")
    with school_scope(school.id) as session:
        session.add(UserPhoto(user_id=teacher.id, content=WEBP))
        session.execute(update(User).where(User.id == teacher.id).values(photo_sha=SHA))
        session.commit()
    return f"/media/people/{teacher.id}/{SHA}.webp"


def test_people_of_the_school_see_a_picture(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, address: str
) -> None:
    answer = client_for(school, make_user(school, must_change_password=False)).get(address)
    assert (answer.status_code, answer.data, answer.content_type) == (200, WEBP, "image/webp")
    assert answer.headers["Cache-Control"].startswith("private,")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_visitors_are_sent_to_the_login(school: SchoolInfo, client_for: ClientFor, address: str) -> None:
    answer = client_for(school).get(address)
    assert answer.status_code in (302, 303)
    assert "/login" in answer.headers["Location"]


def test_people_of_another_school_find_nothing(
    other_school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, address: str
) -> None:
    reader = make_user(other_school, "administrator", must_change_password=False)
    assert client_for(other_school, reader).get(address).status_code == 404


def test_an_outdated_address_finds_nothing(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, address: str
) -> None:
    client = client_for(school, make_user(school, must_change_password=False))
    assert client.get(address.replace(SHA, "f" * 16)).status_code == 404
