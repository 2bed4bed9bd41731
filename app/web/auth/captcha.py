"""The captcha: a picture and a sound made here, with answers kept in Redis for one use within three minutes.

The session holds only the captcha's random name. A captcha slows programs down but does not stop them; the
limits do (``app.rules.auth.login_names``).
"""

from __future__ import annotations

import io
import secrets
from datetime import timedelta
from functools import cache
from typing import cast

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha
from flask import Blueprint, Response, current_app, request, send_file, session
from redis import Redis

from app.errors import TooManyTries, msg
from app.rules.auth.login_limits import client_network
from app.web.auth.redis_limits import RedisLoginLimits, Window
from app.web.shared.context import now, request_school
from app.web.shared.redis_keys import key

#: Letters and digits that are not mistaken for each other when rotated and crossed out.
CHARACTERS = "23456789ACDEFGHJKMNPQRTUVWXY"
LENGTH = 4
#: The length at an address where passwords are being sprayed.
STRAINED_LENGTH = 6
SPOKEN_LENGTH = 5
LIFETIME = timedelta(minutes=3)

#: Synthesising the sound takes a tenth of a second of processor time.
SPOKEN_A_MINUTE = 30

#: Twice the size at which the page shows the picture.
_WIDTH, _HEIGHT = 260, 80
_SESSION_NAME = "captcha"


class _Picture(ImageCaptcha):
    """The library's picture in a legible form: dark letters keep their darkness and overlap less."""

    lookup_table = [min(255, level * 6) for level in range(256)]
    character_rotate = (-25, 25)
    word_offset_dx = 0.1


blueprint = Blueprint("captcha", __name__, url_prefix="/captcha")


@blueprint.get("/image")
def image() -> Response:
    """Send a new captcha for this session as a picture."""
    redis, name = _redis(), _new_name()
    strained = RedisLoginLimits(redis, request_school().id).is_strained(
        client_network(request.remote_addr), now()
    )
    answer = _draw(CHARACTERS, STRAINED_LENGTH if strained else LENGTH)
    redis.set(_key(name), answer, ex=LIFETIME)
    ink = (50 + secrets.randbelow(60), 50 + secrets.randbelow(60), 50 + secrets.randbelow(60))
    picture = _Picture(_WIDTH, _HEIGHT, font_sizes=(56, 62, 66))
    return _sent(picture.generate(answer, "png", fg_color=ink), "image/png")


@blueprint.get("/audio")
def audio() -> Response:
    """Send the session's captcha as five spoken digits, which are accepted as well as the picture's letters.

    ``r`` in the address distinguishes one request to hear it from the next, because players fetch the same
    sound in several pieces.
    """
    redis, wish = _redis(), request.args.get("r", "")[:32]
    name = session.get(_SESSION_NAME)
    if name is None or not redis.exists(_key(name)):
        name = _new_name()
        redis.set(_key(name), _draw(CHARACTERS, LENGTH), ex=LIFETIME)
    spoken = _spoken_key(name)
    before, wave = cast("list[bytes | None]", redis.hmget(spoken, ["wish", "wave"]))
    if wave is None or before != wish.encode():
        _refuse_haste(redis)
        digits = _draw("0123456789", SPOKEN_LENGTH)
        wave = bytes(_speaker().generate(digits))
        redis.hset(spoken, mapping={"wish": wish, "digits": digits, "wave": wave})
        redis.expire(spoken, LIFETIME)
    return _sent(io.BytesIO(wave), "audio/wav")


def is_asked() -> bool:
    """Return whether logins need a captcha."""
    return bool(current_app.config["CAPTCHA"])


def is_solved(typed: str) -> bool:
    """Return whether this is the answer of the session's captcha, which is used up whatever the outcome."""
    name = session.pop(_SESSION_NAME, None)
    return name is not None and consume(_redis(), request_school().id, str(name), typed)


def consume(redis: Redis, school_id: int, name: str, typed: str) -> bool:
    """Return whether the text answers the captcha, and remove its answers.

    Both happen in one step, so that only one of many concurrent requests sees the answers.

    Args:
        redis: the connection.
        school_id: the school on whose host it was shown.
        name: the captcha's random name.
        typed: the entered answer; letters in any case, blanks ignored.
    """
    with redis.pipeline(transaction=True) as steps:
        steps.getdel(key(school_id, "captcha", name))
        steps.hget(key(school_id, "captcha-spoken", name), "digits")
        steps.delete(key(school_id, "captcha-spoken", name))
        shown, spoken, _ = cast("tuple[bytes | None, bytes | None, int]", tuple(steps.execute()))
    if shown is None:
        return False
    answer = "".join(typed.split()).upper().encode()
    found = [secrets.compare_digest(answer, expected) for expected in (shown, spoken) if expected is not None]
    return any(found)


def _new_name() -> str:
    before = session.get(_SESSION_NAME)
    if before is not None:
        _redis().delete(_key(before), _spoken_key(before))
    name = secrets.token_urlsafe(16)
    session[_SESSION_NAME] = name
    return name


def _draw(characters: str, length: int) -> str:
    return "".join(secrets.choice(characters) for _ in range(length))


def _refuse_haste(redis: Redis) -> None:
    window = Window(redis, timedelta(minutes=1), SPOKEN_A_MINUTE)
    name = key(request_school().id, "captcha-pace", client_network(request.remote_addr))
    wait = window.take(name, secrets.token_hex(8), now())
    if wait:
        raise TooManyTries(msg("语音验证码请求过多，请稍候再试"), retry_after=wait)


def _sent(content: io.BytesIO, kind: str) -> Response:
    response = send_file(content, kind, conditional=True, etag=False)
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _speaker() -> AudioCaptcha:
    return AudioCaptcha()


def _redis() -> Redis:
    return cast(Redis, current_app.extensions["spoc_redis"])


def _key(name: str) -> str:
    return key(request_school().id, "captcha", name)


def _spoken_key(name: str) -> str:
    return key(request_school().id, "captcha-spoken", name)
