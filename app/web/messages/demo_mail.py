"""``/demo/mail``: the mails that are kept instead of sent, readable by everyone so that links can be tried."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template

from app.services.messages.mail_list import recent_mails
from app.web.messages.mail_words import link_of, read_mail
from app.web.shared.context import request_context, request_school

blueprint = Blueprint("demo_mail", __name__)

_SHOWN = 50


@blueprint.get("/demo/mail")
def index() -> str:
    """Show the latest mails of this host's school; the page does not exist where mails are really sent."""
    if current_app.config["MAIL_FOLDER"] is None:
        abort(404)
    school = request_school()
    mails = [
        (mail, read_mail(school, mail.content), link_of(school, mail.content))
        for mail in recent_mails(request_context(), count=_SHOWN)
    ]
    return render_template("demo/mail.html", mails=mails, layout="apex" if school.is_alliance else "student")
