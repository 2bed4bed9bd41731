"""The logged-in account: its values for Flask-Login, the start of its session, and its first obligatory pages.

A session is bound to the password that opened it: when the password changes, all other sessions end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Response, flash, g, make_response, redirect, request, session, url_for
from flask_babel import gettext
from flask_login import UserMixin, current_user, login_user

from app.context import Actor, Context
from app.extensions import login_manager
from app.jobs import discard
from app.rules.permissions import Role
from app.services.auth.login import Account, load_account
from app.web.auth.server_session import regenerate
from app.web.shared.context import now, request_school, vault
from tenants.db import db

#: The endpoints that a session may reach before the initial password has been changed.
REACHABLE_BEFORE_CHANGE = frozenset(
    {
        "auth.password", "auth.change", "auth.logout", "language.choose", "media.logo", "static",
        "privacy.show", "privacy.accept",
    }
)  # fmt: skip

_STAMP = "password_stamp"
_MUST_CHANGE = "must_change_password"
_MUST_CONSENT = "must_consent"


@dataclass(eq=False)
class SessionUser(UserMixin):
    """The account of the session, for Flask-Login and the templates; never a database row."""

    id: int
    kind: str
    real_name: str
    nickname: str


def begin_session(account: Account, *, must_consent: bool = False) -> None:
    """Open the session of an account under a new name; the content from before the login is dropped.

    Args:
        must_consent: whether the person has not yet accepted the consent text in force.
    """
    session.clear()
    regenerate(session)
    login_user(_session_user(account))
    session[_STAMP] = _stamp(account.password_hash)
    if account.must_change_password:
        session[_MUST_CHANGE] = True
    if must_consent:
        session[_MUST_CONSENT] = True


def go_on_with(password_hash: str) -> None:
    """Continue this session under a new name after its account's password was changed in it."""
    regenerate(session)
    session[_STAMP] = _stamp(password_hash)
    session.pop(_MUST_CHANGE, None)


def must_change_password() -> bool:
    """Return whether this session was opened with an initial or one-time password that has not been changed yet."""
    return bool(current_user.is_authenticated and session.get(_MUST_CHANGE))


def must_consent() -> bool:
    """Return whether this session's person has yet to accept the consent text in force."""
    return bool(current_user.is_authenticated and session.get(_MUST_CONSENT))


def note_consent() -> None:
    """Continue this session now that its person has accepted the consent text."""
    session.pop(_MUST_CONSENT, None)


def hold_until_changed() -> Response | None:
    """Redirect all other requests of such a session to the change of password, or to the consent text."""
    if "school" not in g or request.endpoint in REACHABLE_BEFORE_CHANGE:
        return None
    if must_change_password():
        return _lead_to("auth.password")
    return _lead_to("privacy.show") if must_consent() else None


def install() -> None:
    """Bind Flask-Login to sessions and accounts."""
    # A phone's address changes all day; the cookie is host-only, unreadable for scripts and revocable.
    login_manager.session_protection = None
    login_manager.user_loader(_load)
    login_manager.unauthorized_handler(_ask_to_log_in)


def _load(user_id: str) -> SessionUser | None:
    if "school" not in g:
        return None
    anonymous = Actor(role=Role.STUDENT, name="anonymous", address=request.remote_addr)
    ctx = Context(db.session(), request_school(), anonymous, now, discard, vault())
    account = load_account(ctx, user_id=int(user_id))
    if account is None:
        return None
    stamp = _stamp(account.password_hash)
    return _session_user(account) if session.get(_STAMP, stamp) == stamp else None


def _ask_to_log_in() -> Response:
    flash(gettext("请先登录"), "info")
    return _lead_to("auth.login")


def _lead_to(endpoint: str) -> Response:
    """Redirect to one of our pages and back.

    A script's request gets a header instead, since it would swap the page into a part.
    """
    if request.headers.get("HX-Request") == "true":
        response = make_response("", 204)
        response.headers["HX-Redirect"] = url_for(endpoint)
        return response
    wanted = (
        request.full_path.rstrip("?")
        if request.method == "GET" and request.path not in ("/", "/login")
        else None
    )
    return make_response(redirect(url_for(endpoint, next=wanted), code=303))


def _session_user(account: Account) -> SessionUser:
    return SessionUser(account.id, account.kind, account.real_name, account.nickname)


def _stamp(password_hash: str | None) -> str:
    return hashlib.sha256((password_hash or "").encode()).hexdigest()[:32]
