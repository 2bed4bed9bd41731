"""个人信息处理告知: the text on the processing of personal data, which everyone reads and accepts once per version."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext
from flask_login import login_required

from app.rules.auth.consent import SECTIONS, VERSION
from app.services.auth.consents import accept_consent
from app.uow import unit_of_work
from app.web.auth import user_session
from app.web.auth.views import redirect_to
from app.web.shared.context import request_context
from app.web.shared.hosts import school_only
from app.web.shared.safe_next import safe_next

blueprint = Blueprint("privacy", __name__)


@blueprint.get("/privacy")
@school_only
def show() -> str:
    """Show the text, with a button for those who have not accepted this version."""
    asked = user_session.must_consent() and not user_session.must_change_password()
    return render_template(
        "auth/consent.html",
        sections=SECTIONS,
        version=VERSION,
        asked=asked,
        next=safe_next(request.args.get("next")),
    )


@blueprint.post("/privacy")
@school_only
@login_required
def accept() -> Response:
    """Accept the version in force and go on."""
    with unit_of_work(request_context()) as ctx:
        accept_consent(ctx)
    user_session.note_consent()
    flash(gettext("已记录您的同意"), "success")
    return redirect_to(safe_next(request.form.get("next")) or "/")
