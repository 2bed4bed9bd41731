"""Confirmation of a mail address by its link. It needs no login, as the link may be opened on another device."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template

from app.errors import Conflict
from app.services.me.email_confirmation import confirm_email, is_open
from app.uow import unit_of_work
from app.web.me.email_signatures import claim_of
from app.web.shared.context import request_context
from app.web.shared.hosts import school_only

blueprint = Blueprint("email", __name__)


@blueprint.get("/email/<string(maxlength=1200):token>")
@school_only
def ask(token: str) -> Response:
    """Show a button that confirms the address, because mail programs open links before people do."""
    claim = claim_of(token)
    usable = claim is not None and is_open(request_context(), claim)
    return _page("asked" if usable else "void", 200 if usable else 410, claim.email if claim else "")


@blueprint.post("/email/<string(maxlength=1200):token>")
@school_only
def confirm(token: str) -> Response:
    """Store the confirmed address."""
    claim = claim_of(token)
    if claim is None:
        return _page("void", 410)
    try:
        with unit_of_work(request_context()) as ctx:
            confirm_email(ctx, claim=claim)
    except Conflict:
        return _page("void", 410)
    return _page("done", 200, claim.email)


def _page(state: str, status: int, email: str = "") -> Response:
    return make_response(render_template("me/email.html", state=state, email=email), status)
