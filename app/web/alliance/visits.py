"""The secretariat's link into a school, and the end of the visit."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template

from app.errors import NotFound
from app.services.alliance.visits import begin_visit, find_offer, leave
from app.uow import unit_of_work
from app.web.alliance import visiting
from app.web.shared.context import request_context
from app.web.shared.hosts import school_only

blueprint = Blueprint("visits", __name__)


@blueprint.get("/visit/<string(maxlength=64):token>")
@school_only
def ask(token: str) -> Response:
    """Show a button that starts the visit, so that programs that prefetch addresses do not use the link up."""
    try:
        offered = find_offer(request_context(), token=token)
    except NotFound:
        return _page("void", 410)
    return _page("asked", 200, reason=offered.reason, name=offered.secretary_name)


@blueprint.post("/visit/<string(maxlength=64):token>")
@school_only
def enter(token: str) -> Response:
    """Use the link up and make this browser's session the visitor's (「进入」)."""
    try:
        with unit_of_work(request_context()) as ctx:
            visit_id = begin_visit(ctx, token=token)
    except NotFound:
        return _page("void", 410)
    visiting.begin(visit_id)
    return make_response(redirect("/manage/", code=303))


@blueprint.post("/visit/leave")
@school_only
def end() -> Response:
    """End the visit (「离开」)."""
    visit = visiting.running_visit()
    if visit is not None:
        with unit_of_work(request_context()) as ctx:
            leave(visiting.as_visitor(ctx, visit), visit_id=visit.id)
        visiting.forget()
    return make_response(redirect("/visit/left", code=303))


@blueprint.get("/visit/left")
@school_only
def left() -> Response:
    """Show that the visit is over, with a link back to the alliance."""
    return _page("left", 200)


def _page(state: str, status: int, **values: str) -> Response:
    response = make_response(render_template("auth/visit.html", state=state, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
