"""公告 on the site: the list, and a page for each announcement; the alliance's own host shows its public ones."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.services.announcements.read import get_shown, list_shown
from app.web.shared.cache.pages import shared_by_visitors
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW

blueprint = Blueprint("announcements", __name__, url_prefix="/announcements")

#: A bound, not a page: announcements are also taken down again, so the list stays short.
_MOST = 100


@blueprint.get("/")
@shared_by_visitors
def index() -> str:
    """Show all current announcements, pinned ones first."""
    return render_template(
        "announcements/index.html", announcements=list_shown(request_context(), limit=_MOST)
    )


@blueprint.get(f"/<{ROW}:owner_id>/<{ROW}:announcement_id>")
@shared_by_visitors
def show(owner_id: int, announcement_id: int) -> str:
    """Show one announcement of the school or of the alliance."""
    shown = get_shown(request_context(), owner_id, announcement_id)
    return render_template("announcements/show.html", announcement=shown)
