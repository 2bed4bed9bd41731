"""A visit of the secretariat in a session: the visitor on the management side, until the visit ends.

The visit is looked up at every request, so it ends at once when its time is over, when the school ends it, or
when the secretary's account is disabled. Outside the management side the visitor is anonymous: personal pages
ask for a login.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from flask import Flask, Request, Response, flash, g, make_response, redirect, request, session
from flask_babel import gettext
from flask_login import UserMixin

from app.context import Actor, Context
from app.extensions import login_manager
from app.jobs import discard
from app.rules.permissions import Role
from app.services.alliance.visits import RunningVisit, get_running
from app.web.auth.server_session import regenerate
from app.web.shared.context import now, request_school, vault
from tenants.db import db

_VISIT = "visit"
_MANAGEMENT = "/manage/"


@dataclass(eq=False)
class VisitorUser(UserMixin):
    """The visitor, for Flask-Login and the templates: there is no account, so there is no id."""

    real_name: str
    nickname: str
    id: None = None
    kind: str = Role.VISITOR.value


def begin(visit_id: int) -> None:
    """Open the visit's session under a new name; the content of the previous session is dropped."""
    session.clear()
    regenerate(session)
    session[_VISIT] = visit_id


def running_visit() -> RunningVisit | None:
    """Return the visit of this request's session, looked up once."""
    if "visit" not in g:
        # Set first, because the page that reports that the database is away asks again.
        g.visit = None
        number = session.get(_VISIT) if "school" in g else None
        if isinstance(number, int):
            g.visit = get_running(_anonymous(), visit_id=number)
    visit: RunningVisit | None = g.visit
    return visit


def as_visitor(ctx: Context, visit: RunningVisit) -> Context:
    """Return the context with the visitor as its actor, also where the address alone does not do so."""
    actor = Actor(role=Role.VISITOR, name=visit.name, address=ctx.actor.address)
    return replace(ctx, actor=actor)


def minutes_left() -> int:
    """Return the whole minutes until the visit of this request ends, including the current one."""
    visit = running_visit()
    return 0 if visit is None else max(1, -(-(visit.ends_at - now()) // timedelta(minutes=1)))


def forget() -> None:
    """Empty the session of a visit that has ended."""
    session.clear()
    g.visit = None


def install(app: Flask) -> None:
    """Bind visits to requests, templates and Flask-Login."""
    login_manager.request_loader(_visitor)
    app.jinja_env.globals.update(running_visit=running_visit, visit_minutes_left=minutes_left)

    @app.before_request
    def end_with_the_visit() -> Response | None:
        if "school" not in g or _VISIT not in session or running_visit() is not None:
            return None
        forget()
        flash(gettext("来访已结束"), "info")
        # Also for a form that is being sent: it must not act under another identity.
        return make_response(redirect("/", code=303)) if request.path.startswith(_MANAGEMENT) else None

    @app.after_request
    def keep_nowhere(response: Response) -> Response:
        if g.get("visit") is not None:
            response.headers["Cache-Control"] = "no-store"
        return response


def _visitor(asked: Request) -> VisitorUser | None:
    visit = running_visit() if asked.path.startswith(_MANAGEMENT) else None
    return VisitorUser(visit.name, visit.name) if visit is not None else None


def _anonymous() -> Context:
    actor = Actor(role=Role.STUDENT, name="anonymous", address=request.remote_addr)
    return Context(db.session(), request_school(), actor, now, discard, vault())
