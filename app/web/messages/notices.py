"""消息: the notices that the school sent to a person, and their count in the header."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, render_template, url_for
from flask_babel import gettext
from flask_login import current_user, login_required
from sqlalchemy.exc import SQLAlchemyError

from app.services.messages.notices import count_unread, list_notices, mark_read, open_notice
from app.uow import unit_of_work
from app.web.auth.views import redirect_to
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW, school_only
from app.web.shared.listing import page_address, page_argument, text_argument
from app.web.shared.safe_next import safe_next

blueprint = Blueprint("messages", __name__)


@blueprint.app_template_global("unread_messages")
def unread_messages() -> int:
    """Return how many messages the person has not read, counted once a request, for the layout."""
    if "unread_messages" not in g:
        g.unread_messages = 0
        if current_user.is_authenticated and current_user.id is not None:
            try:
                g.unread_messages = count_unread(request_context())
            except SQLAlchemyError:
                # The page that reports that the database is away has a header, too.
                g.unread_messages = 0
    return int(g.unread_messages)


@blueprint.get("/messages")
@school_only
@login_required
def index() -> str:
    """Show the person's messages, unread ones first; with ``unread=1`` only unread ones."""
    unread = "1" if text_argument("unread") == "1" else ""
    found = list_notices(request_context(), unread_only=bool(unread), page=page_argument())
    return render_template(
        "messages/notices.html",
        found=found,
        unread=unread,
        address=page_address("messages.index", unread=unread),
    )


@blueprint.post("/messages/read")
@school_only
@login_required
def read_all() -> Response:
    """Mark all messages as read."""
    with unit_of_work(request_context()) as ctx:
        mark_read(ctx)
    flash(gettext("消息已全部标为已读"), "success")
    return redirect_to(url_for("messages.index"))


@blueprint.post(f"/messages/<{ROW}:notice_id>/open")
@school_only
@login_required
def open_one(notice_id: int) -> Response:
    """Mark one message as read and redirect to its address."""
    with unit_of_work(request_context()) as ctx:
        notice = open_notice(ctx, notice_id=notice_id)
    return redirect_to(safe_next(notice.link) or url_for("messages.index"))
