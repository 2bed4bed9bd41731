"""The captcha: server-side, bound to the session, for a single use within three minutes, seen or heard."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from redis import Redis

from app.models import User
from app.rules.auth.login_limits import STRAINED_ACCOUNTS
from app.services.auth.limit_port import LoginTry
from app.services.shared.password_hashes import hash_password
from app.web.auth.captcha import CHARACTERS, LENGTH, LIFETIME, SPOKEN_A_MINUTE, STRAINED_LENGTH, consume
from app.web.auth.redis_limits import RedisLoginLimits
from app.web.shared.redis_keys import key
from tenants.registry import SchoolInfo
from tests.support.app import NOW
from tests.support.login_forms import GOOD, log_in
from tests.support.rows import audit_of

ClientFor = Callable[..., FlaskClient]


@pytest.fixture(autouse=True)
def captcha_on(app: Flask) -> Iterator[None]:
    """These tests ask for a captcha."""
    app.config["CAPTCHA"] = True
    yield
    app.config["CAPTCHA"] = False


@pytest.fixture
def redis(app: Flask) -> Redis:
    """The application's Redis."""
    found: Redis = app.extensions["spoc_redis"]
    return found


@pytest.fixture
def own(school: SchoolInfo, make_user: Callable[..., User]) -> User:
    """A student with a password of his own."""
    return make_user(school, password_hash=hash_password(GOOD), must_change_password=False)


def name_of(redis: Redis, school: SchoolInfo) -> str:
    """The name of the only captcha that waits at a school."""
    (found,) = redis.scan_iter(key(school.id, "captcha", "*").replace("%2A", "*"))
    return str(found.decode()).rpartition(":")[2]


def answer_of(redis: Redis, school: SchoolInfo) -> str:
    """What the picture shows."""
    stored = redis.get(key(school.id, "captcha", name_of(redis, school)))
    assert isinstance(stored, bytes)
    return stored.decode()


def spoken_at(redis: Redis, school: SchoolInfo) -> str:
    """What the sound says."""
    stored = redis.hget(key(school.id, "captcha-spoken", name_of(redis, school)), "digits")
    assert isinstance(stored, bytes)
    return stored.decode()


def test_the_form_shows_it_and_the_picture_is_fresh_and_never_cached(
    client_for: ClientFor, redis: Redis, school: SchoolInfo
) -> None:
    client = client_for(school)
    page = client.get("/login").text
    assert "验证码" in page
    assert "不区分大小写" in page
    seen = set()
    for _ in range(3):
        answer = client.get("/captcha/image")
        assert (answer.mimetype, answer.headers["Cache-Control"]) == ("image/png", "no-store")
        assert Image.open(io.BytesIO(answer.data)).size == (260, 80)
        seen.add(answer_of(redis, school))
    assert len(seen) == 3
    assert all(len(one) == LENGTH and set(one) <= set(CHARACTERS) for one in seen)
    assert not set("0O1IL") & set(CHARACTERS)
    assert 0 < redis.ttl(key(school.id, "captcha", name_of(redis, school))) <= LIFETIME.total_seconds()


def test_nothing_of_the_answer_is_in_the_cookie_or_the_page(
    client_for: ClientFor, redis: Redis, school: SchoolInfo
) -> None:
    client = client_for(school)
    client.get("/captcha/image")
    cookie = client.get_cookie("sid", domain=f"{school.slug}.localhost")
    assert cookie is not None
    assert re.fullmatch(r"[\w-]{43}", cookie.value)


def test_it_is_case_insensitive_and_good_for_one_login(
    client_for: ClientFor, redis: Redis, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    client.get("/captcha/image")
    answer = answer_of(redis, school)
    assert log_in(client, own.student_no, "wrong", captcha=f" {answer.lower()} ").status_code == 422
    assert len(audit_of(school, "login.failed")) == 1
    replay = log_in(client, own.student_no, GOOD, captcha=answer)
    assert "验证码不正确或已过期" in replay.text
    client.get("/captcha/image")
    assert log_in(client, own.student_no, GOOD, captcha=answer_of(redis, school)).status_code == 303


@pytest.mark.parametrize("typed", ["", "    ", "AAAA", "\x00"])
def test_a_wrong_one_is_used_up_and_comes_before_the_password(
    client_for: ClientFor, redis: Redis, school: SchoolInfo, own: User, typed: str
) -> None:
    client = client_for(school)
    client.get("/captcha/image")
    right = answer_of(redis, school)
    refused = log_in(client, own.student_no, GOOD, captcha=typed)
    assert refused.status_code == 422
    assert f'value="{own.student_no}"' in refused.text
    assert log_in(client, own.student_no, GOOD, captcha=right).status_code == 422
    assert audit_of(school, "login.succeeded") == audit_of(school, "login.failed") == []


def test_it_is_bound_to_its_session_and_school(
    client_for: ClientFor, redis: Redis, school: SchoolInfo, other_school: SchoolInfo, own: User
) -> None:
    mine, stranger = client_for(school), client_for(school)
    mine.get("/captcha/image")
    answer, name = answer_of(redis, school), name_of(redis, school)
    assert log_in(stranger, own.student_no, GOOD, captcha=answer).status_code == 422
    assert not consume(redis, other_school.id, name, answer)
    assert log_in(mine, own.student_no, GOOD, captcha=answer).status_code == 303


def test_an_expired_one_is_refused(
    client_for: ClientFor, redis: Redis, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    client.get("/captcha/image")
    answer = answer_of(redis, school)
    redis.delete(key(school.id, "captcha", name_of(redis, school)))
    assert log_in(client, own.student_no, GOOD, captcha=answer).status_code == 422


def test_of_fifty_uses_at_once_one_succeeds(client_for: ClientFor, redis: Redis, school: SchoolInfo) -> None:
    client_for(school).get("/captcha/image")
    answer, name = answer_of(redis, school), name_of(redis, school)
    with ThreadPoolExecutor(50) as pool:
        outcomes = list(pool.map(lambda _: consume(redis, school.id, name, answer), range(50)))
    assert outcomes.count(True) == 1


def test_the_sound_is_a_second_answer_for_the_same_captcha(
    client_for: ClientFor, redis: Redis, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    client.get("/captcha/image")
    shown = answer_of(redis, school)
    sound = client.get("/captcha/audio?r=1")
    assert (sound.mimetype, sound.headers["Cache-Control"]) == ("audio/wav", "no-store")
    with wave.open(io.BytesIO(sound.data)) as content:
        assert content.getnframes() / content.getframerate() > 5
    assert answer_of(redis, school) == shown
    digits = spoken_at(redis, school)
    assert re.fullmatch(r"\d{5}", digits)
    assert log_in(client, own.student_no, GOOD, captcha=digits).status_code == 303
    client.get("/captcha/image")


def test_the_picture_is_still_accepted_after_the_sound_and_ends_it(
    client_for: ClientFor, redis: Redis, school: SchoolInfo, own: User
) -> None:
    client = client_for(school)
    client.get("/captcha/image")
    client.get("/captcha/audio?r=1")
    shown, digits = answer_of(redis, school), spoken_at(redis, school)
    assert log_in(client, own.student_no, "wrong", captcha=shown).status_code == 422
    assert len(audit_of(school, "login.failed")) == 1
    assert log_in(client, own.student_no, GOOD, captcha=digits).status_code == 422


def test_a_player_may_fetch_one_sound_in_pieces_and_hear_another_on_wish(
    client_for: ClientFor, redis: Redis, school: SchoolInfo
) -> None:
    client = client_for(school)
    whole = client.get("/captcha/audio?r=1").data
    piece = client.get("/captcha/audio?r=1", headers={"Range": "bytes=0-1"})
    assert (piece.status_code, piece.data) == (206, whole[:2])
    digits = spoken_at(redis, school)
    assert client.get("/captcha/audio?r=1").data == whole
    assert spoken_at(redis, school) == digits
    assert client.get("/captcha/audio?r=2").data != whole


def test_speaking_is_limited_for_its_cost(
    client_for: ClientFor, redis: Redis, school: SchoolInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.auth.captcha.AudioCaptcha.generate", lambda *_: bytearray(b"RIFF"))
    client = client_for(school)
    for number in range(SPOKEN_A_MINUTE):
        assert client.get(f"/captcha/audio?r={number}").status_code == 200
    assert client.get("/captcha/audio?r=more").status_code == 429


def test_it_is_longer_where_passwords_are_sprayed(
    client_for: ClientFor, redis: Redis, school: SchoolInfo
) -> None:
    limits = RedisLoginLimits(redis, school.id)
    for number in range(STRAINED_ACCOUNTS):
        limits.note_failure(LoginTry(str(number), str(number), "127.0.0.1", None, NOW))
    client_for(school).get("/captcha/image")
    assert len(answer_of(redis, school)) == STRAINED_LENGTH


def test_it_can_be_switched_off(app: Flask, client_for: ClientFor, school: SchoolInfo, own: User) -> None:
    app.config["CAPTCHA"] = False
    client = client_for(school)
    assert "验证码" not in client.get("/login").text
    assert log_in(client, own.student_no, GOOD).status_code == 303
