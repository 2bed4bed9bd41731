"""The calendar of a person's courses: files to download, and the subscription's address."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, make_response, redirect, url_for
from flask_babel import gettext
from flask_login import login_required

from app.errors import NotFound
from app.services.me.calendar import CalendarDay, my_days, renew_subscription, subscribed_days
from app.sheets.writing.calendars import WholeDay, calendar_file
from app.uow import unit_of_work
from app.web.shared.context import request_context, request_school
from app.web.shared.hosts import ROW, school_only
from app.web.shared.i18n import translated

blueprint = Blueprint("calendar", __name__)


@blueprint.get("/my/calendar.ics")
@school_only
@login_required
def mine() -> Response:
    """Send the dates of all of the person's courses."""
    return _download(my_days(request_context()))


@blueprint.get(f"/my/courses/<{ROW}:offering_id>/calendar.ics")
@school_only
@login_required
def course(offering_id: int) -> Response:
    """Send the dates of one course."""
    return _download(my_days(request_context(), offering_id=offering_id))


@blueprint.post("/my/calendar/address")
@school_only
@login_required
def renew() -> Response:
    """Make a new subscription address (「生成订阅地址」, 「重新生成」)."""
    with unit_of_work(request_context()) as ctx:
        renew_subscription(ctx)
    flash(gettext("已生成新的订阅地址"), "success")
    return make_response(redirect(url_for("student.my_courses", _anchor="calendar"), code=303))


@blueprint.get(f"/calendar/<{ROW}:user_id>/<key>.ics")
@school_only
def subscribed(user_id: int, key: str) -> Response:
    """Answer calendar programs; they cannot log in, so the key in the address is the proof."""
    try:
        days = subscribed_days(request_context(), user_id=user_id, key=key)
    except NotFound:
        abort(404)
    response = _answer(days)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _download(days: Sequence[CalendarDay]) -> Response:
    response = _answer(days)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = 'attachment; filename="courses.ics"'
    return response


def _answer(days: Sequence[CalendarDay]) -> Response:
    ctx, school = request_context(), request_school()
    events = (
        WholeDay(
            f"{one.key}@spoc",
            one.day,
            translated(one.summary),
            url_for("catalogue.show", offering_id=one.offering_id, _external=True),
        )
        for one in days
    )
    name = gettext("%(school)s课程日历", school=school.short_name or school.name)
    response = make_response(calendar_file(name, school.timezone, events, ctx.now()))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    return response
