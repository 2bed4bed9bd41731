"""Pictures: at permanent addresses, visible where their owner is, and inert."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from app.models import User, UserPhoto
from tenants.registry import SchoolInfo
from tenants.scope import school_scope
from tests.support.app import insert_school, next_unit_code, school_info
from tests.support.courses import put_course

MakeUser = Callable[..., User]
ClientFor = Callable[..., FlaskClient]


WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24)
SHA = "0123456789abcdef"


def put_covered(owner: SchoolInfo, *, released: bool) -> int:
    return put_course(owner, released=released, cover=WEBP, cover_sha=SHA).id


@pytest.fixture
def school_with_logo(alliance: SchoolInfo) -> SchoolInfo:
    code = next_unit_code()
    values = {"slug": f"logo-{code}", "unit_code": code, "name": f"有标识的医学院{code}"}
    return school_info(insert_school(alliance.id, logo=WEBP, logo_sha=SHA, **values))


def test_a_logo_is_public_on_every_host_and_inert(
    client_for: Callable[..., FlaskClient],
    alliance: SchoolInfo,
    school: SchoolInfo,
    school_with_logo: SchoolInfo,
) -> None:
    for host in (alliance, school, school_with_logo):
        answer = client_for(host).get(f"/media/schools/{school_with_logo.id}/logo-{SHA}.webp")
        assert answer.status_code == 200
        assert answer.data == WEBP
        assert answer.content_type == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


def test_a_picture_that_the_browser_has_is_not_sent_again(
    client_for: Callable[..., FlaskClient], school_with_logo: SchoolInfo
) -> None:
    client = client_for(school_with_logo)
    address = f"/media/schools/{school_with_logo.id}/logo-{SHA}.webp"
    etag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again.data == b""


def test_a_cover_is_shown_where_its_course_may_be_seen(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    released = f"/media/courses/{alliance.id}/{put_covered(alliance, released=True)}/{SHA}.webp"
    unreleased = f"/media/courses/{alliance.id}/{put_covered(alliance, released=False)}/{SHA}.webp"
    own = f"/media/courses/{school.id}/{put_covered(school, released=False)}/{SHA}.webp"
    seen = {
        host.slug: [client_for(host).get(address).status_code for address in (released, unreleased, own)]
        for host in (alliance, school, other_school)
    }
    assert seen == {
        alliance.slug: [200, 200, 404],
        school.slug: [200, 404, 200],
        other_school.slug: [200, 404, 404],
    }


def test_only_a_shared_cover_may_be_kept_by_caches_between(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, school: SchoolInfo
) -> None:
    client = client_for(school)
    shared = client.get(f"/media/courses/{alliance.id}/{put_covered(alliance, released=True)}/{SHA}.webp")
    own = client.get(f"/media/courses/{school.id}/{put_covered(school, released=False)}/{SHA}.webp")
    assert shared.headers["Cache-Control"].startswith("public,")
    assert own.headers["Cache-Control"].startswith("private,")


def test_what_is_not_there_and_what_is_hidden_answer_alike(
    client_for: Callable[..., FlaskClient], alliance: SchoolInfo, school: SchoolInfo, other_school: SchoolInfo
) -> None:
    hidden = put_covered(other_school, released=False)
    client = client_for(school)
    answers = [
        client.get(address)
        for address in (
            f"/media/courses/{other_school.id}/{hidden}/{SHA}.webp",
            f"/media/courses/{other_school.id}/{hidden + 10**9}/{SHA}.webp",
            f"/media/courses/{other_school.id}/{hidden}/fedcba9876543210.webp",
            f"/media/courses/{10**30}/1/{SHA}.webp",
            f"/media/courses/1/1/{'f' * 400}.webp",
            f"/media/schools/{school.id}/logo-{SHA}.webp",
            f"/media/schools/{10**18}/logo-{SHA}.webp",
            f"/media/schools/{school.id}/logo-%00.webp",
        )
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)


@pytest.fixture
def address(school: SchoolInfo, make_user: MakeUser) -> str:
    """Where a teacher's picture is."""
    teacher = make_user(school, "teacher")
    with school_scope(school.id) as session:
        session.add(UserPhoto(user_id=teacher.id, content=WEBP))
        session.execute(update(User).where(User.id == teacher.id).values(photo_sha=SHA))
        session.commit()
    return f"/media/people/{teacher.id}/{SHA}.webp"


def test_people_of_the_school_see_a_persons_picture(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, address: str
) -> None:
    answer = client_for(school, make_user(school, must_change_password=False)).get(address)
    assert (answer.status_code, answer.data, answer.content_type) == (200, WEBP, "image/webp")
    assert answer.headers["Cache-Control"].startswith("private,")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_visitors_who_ask_for_a_persons_picture_are_sent_to_the_login(
    school: SchoolInfo, client_for: ClientFor, address: str
) -> None:
    answer = client_for(school).get(address)
    assert answer.status_code in (302, 303)
    assert "/login" in answer.headers["Location"]


def test_people_of_another_school_find_no_persons_picture(
    other_school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, address: str
) -> None:
    reader = make_user(other_school, "administrator", must_change_password=False)
    assert client_for(other_school, reader).get(address).status_code == 404


def test_an_outdated_address_finds_no_persons_picture(
    school: SchoolInfo, make_user: MakeUser, client_for: ClientFor, address: str
) -> None:
    client = client_for(school, make_user(school, must_change_password=False))
    assert client.get(address.replace(SHA, "f" * 16)).status_code == 404
