"""A person's own pages on the student side, and the home page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user, login_required

from app.services.catalogue import list_on_now
from app.services.catalogue import my_courses as courses_of_mine
from app.web import apex
from app.web.context import request_context
from app.web.hosts import by_host, school_only
from app.web.page_cache import shared_by_visitors

blueprint = Blueprint("student", __name__)

#: One's own courses that the home page names; the others are a click away.
_MINE = 4


def _home() -> str:
    """The school: one's own courses, what one can register for, what is on now."""
    ctx = request_context()
    now = list_on_now(ctx)
    mine = [item for item in courses_of_mine(ctx) if item.shown] if current_user.is_authenticated else []
    return render_template("student/home.html", now=now, mine=mine[:_MINE], today=ctx.today())


blueprint.add_url_rule("/", "home", shared_by_visitors(by_host(school=_home, apex=apex.home)))


@blueprint.get("/my/courses")
@school_only
@login_required
def my_courses() -> str:
    """The courses that the person is registered for."""
    ctx = request_context()
    return render_template("student/my_courses.html", courses=courses_of_mine(ctx), today=ctx.today())
