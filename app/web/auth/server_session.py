"""Sessions that are kept in Redis, belong to one school and can be revoked: the second wall between schools.

The cookie carries only a random name. It is looked up under the school of the Host header, so at another
school's host the same cookie opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Request, Response, current_app
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SessionInterface, SessionMixin
from redis import Redis
from werkzeug.datastructures import CallbackDict
from werkzeug.exceptions import HTTPException

from app.web.shared.context import now
from app.web.shared.redis_keys import key
from tenants.after_commit import failing_quietly
from tenants.resolve import AllianceMissing, UnknownSchool, school_for_host

#: The longest time without a request after which a session goes on …
IDLE = timedelta(hours=2)
#: … and the longest time in any case (ASVS 5.0, 7.3).
ABSOLUTE = timedelta(hours=12)


_REVOKED_AT_ONCE = 1_000

#: Addresses that answer without a session, also while Redis is away.
PROBES = ("/healthz", "/readyz")


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """The content of a session, with its school. Without a school (``None``) it is never stored."""

    def __init__(
        self, school_id: int | None, sid: str | None = None, initial: dict[str, Any] | None = None
    ) -> None:
        def on_update(_: object) -> None:
            self.modified = True

        super().__init__(initial or {}, on_update)
        self.school_id = school_id
        self.sid = sid
        self.replaced: list[str] = []
        self.modified = False


class RedisSessions(SessionInterface):
    """Opens and saves ``ServerSession``s.

    Args:
        redis: the connection.
        base_domain: the apex host, to find the school of a request.
    """

    serializer = TaggedJSONSerializer()

    def __init__(self, redis: Redis, base_domain: str) -> None:
        self._redis = redis
        self._base_domain = base_domain

    def open_session(self, app: Flask, request: Request) -> ServerSession:
        """Return the session of the request's cookie at the request's school, or an empty session."""
        if request.path in PROBES:
            return ServerSession(None)
        try:
            school_id = school_for_host(request.host, self._base_domain).id
        except (HTTPException, UnknownSchool, AllianceMissing):
            return ServerSession(None)
        sid = request.cookies.get(self.get_cookie_name(app), "")
        if len(sid) < 40:
            return ServerSession(school_id)
        stored = cast("bytes | None", self._redis.get(_session_key(school_id, sid)))
        if stored is None:
            return ServerSession(school_id)
        return ServerSession(school_id, sid, self.serializer.loads(stored.decode()))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Store a changed session, prolong a used one, and delete one that was emptied or replaced."""
        assert isinstance(session, ServerSession)
        name = self.get_cookie_name(app)
        if session.school_id is None:
            return
        for old in session.replaced:
            self._redis.delete(_session_key(session.school_id, old))
        if session.accessed:
            response.vary.add("Cookie")
        if not session:
            if session.modified and session.sid is not None:
                self._redis.delete(_session_key(session.school_id, session.sid))
                secure = self.get_cookie_secure(app)
                response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
            return
        if session.sid is not None and not session.modified:
            self._redis.expire(_session_key(session.school_id, session.sid), self._remaining(session))
            return
        known = session.sid is not None
        if session.sid is None:
            session.sid = secrets.token_urlsafe(32)
            session["_born"] = _now()
            response.set_cookie(
                name, session.sid, path="/", secure=self.get_cookie_secure(app), httponly=True, samesite="Lax"
            )
        # A session that was revoked while this request ran stays revoked: only an existing key is written.
        self._redis.set(
            _session_key(session.school_id, session.sid),
            self.serializer.dumps(dict(session)),
            ex=self._remaining(session),
            xx=known,
        )
        user_id = session.get("_user_id")
        if user_id is not None:
            owned = _owned_key(session.school_id, int(user_id))
            self._redis.sadd(owned, _fingerprint(session.sid))
            self._redis.expire(owned, ABSOLUTE)

    @staticmethod
    def _remaining(session: ServerSession) -> int:
        age = _now() - int(session.get("_born", _now()))
        return max(1, min(int(IDLE.total_seconds()), int(ABSOLUTE.total_seconds()) - age))


def regenerate(session: SessionMixin) -> None:
    """Give the session a new name and delete the old one, so that a planted session does not survive a login."""
    assert isinstance(session, ServerSession)
    if session.sid is not None:
        session.replaced.append(session.sid)
        session.sid = None
    session.modified = True


def revoke_user(school_id: int, user_id: int, except_sid: str | None = None) -> None:
    """End all sessions of an account at once, after the change that ends them is committed.

    Args:
        except_sid: the name of the session that may go on (the one in which the password was changed).
    """
    redis = cast(Redis, current_app.extensions["spoc_redis"])
    owned = _owned_key(school_id, user_id)
    kept = _fingerprint(except_sid) if except_sid else None
    with failing_quietly("sessions of user %s of school %s go on until they are too old", user_id, school_id):
        for member in cast("set[bytes]", redis.smembers(owned)):
            if member.decode() != kept:
                redis.delete(key(school_id, "session", member.decode()))
                redis.srem(owned, member)


def revoke_users(school_id: int, user_ids: Iterable[int]) -> None:
    """End all sessions of many accounts at once, after the change that ends them is committed."""
    owned = [_owned_key(school_id, user_id) for user_id in user_ids]
    for start in range(0, len(owned), _REVOKED_AT_ONCE):
        with failing_quietly("sessions of %s accounts of school %s may go on", len(owned), school_id):
            _revoke(school_id, owned[start : start + _REVOKED_AT_ONCE])


def _revoke(school_id: int, owned: list[str]) -> None:
    redis = cast(Redis, current_app.extensions["spoc_redis"])
    reading = redis.pipeline(transaction=False)
    for name in owned:
        reading.smembers(name)
    ended = [member.decode() for members in reading.execute() for member in members]
    redis.delete(*owned, *(key(school_id, "session", fingerprint) for fingerprint in ended))


def _fingerprint(sid: str) -> str:
    # Redis holds only a hash, so that nobody who reads it there can use it as a cookie.
    return hashlib.sha256(sid.encode()).hexdigest()


def _session_key(school_id: int, sid: str) -> str:
    return key(school_id, "session", _fingerprint(sid))


def _owned_key(school_id: int, user_id: int) -> str:
    return key(school_id, "user-sessions", user_id)


def _now() -> int:
    return int(now().timestamp())
