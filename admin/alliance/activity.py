"""联盟管理 → 活跃情况: the figures that the schools count, as a table, over time, and as workbooks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, abort, flash, redirect
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext, ngettext

from admin.alliance.activity_sheets import activity_workbook, school_workbook
from admin.base import ALLIANCE, SecureView, attempt
from admin.shared.listing import ListAddress, list_values, number, sorting
from app.errors import NotFound
from app.rules.alliance.figures import share
from app.rules.permissions import Action
from app.services.alliance.activity import (
    CHANGE_DAYS,
    SORTS,
    SPANS,
    Series,
    activity_in_time,
    all_activity,
    get_activity,
    list_activity,
)
from app.services.alliance.figures import refresh_figures
from app.web.shared.context import request_context
from app.web.shared.downloads import give_workbook
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument

#: The number of schools in the chart that compares them.
_COMPARED = 15


class Activity(SecureView):
    """The pages of all schools and of one school, their workbooks, and the button that counts at once."""

    action = Action.SEE_ACTIVITY
    hosts = "alliance"

    @expose("/")
    def index(self) -> str:
        """Show the table of schools, the sums over time, and the schools with the most registrations."""
        ctx, span, text = request_context(), _span(), text_argument("q")
        sort, descending = sorting(SORTS, "name")
        found = list_activity(ctx, text=text, sort=sort, descending=descending, page=page_argument())
        most = list_activity(ctx, sort="registrations", descending=True, size=_COMPARED)
        return self.render(
            "manage/alliance/activity/list.html",
            **list_values(
                found, ListAddress("activity.index", {"q": text}, sort, descending, kept={"span": span})
            ),
            charts=_charts(activity_in_time(ctx, span=span)),
            compared=[row for row in most.rows if row.now is not None],
            spans=SPANS,
            span=span,
            share=share,
            change_days=CHANGE_DAYS,
        )

    @expose("/activity.xlsx")
    def sheet(self) -> Response:
        """Send the workbook of all matching schools, with the sums of all day by day."""
        ctx = request_context()
        sort, descending = sorting(SORTS, "name")
        schools = all_activity(ctx, text=text_argument("q"), sort=sort, descending=descending)
        content = activity_workbook(schools, activity_in_time(ctx, span=_span()), ctx.school.timezone)
        return give_workbook(content, f"{gettext('活跃情况')}-{ctx.today()}.xlsx")

    @expose("/refresh", methods=("POST",))
    def refresh(self) -> ResponseReturnValue:
        """Count all schools at once (「立即更新」)."""
        done = attempt(refresh_figures)
        if done is not None:
            flash(ngettext("已更新 %(num)s 所学校", "已更新 %(num)s 所学校", done.counted), "success")
            if done.left:
                flash(gettext("还有 %(n)s 所学校没有更新，请再点一次", n=done.left), "info")
        return redirect(self.get_url(".index"), code=303)

    @expose(f"/<{ROW}:school_id>/")
    def show(self, school_id: int) -> str:
        """Show one school over time."""
        ctx, span = request_context(), _span()
        try:
            school, row = get_activity(ctx, school_id=school_id)
        except NotFound:
            abort(404)
        return self.render(
            "manage/alliance/activity/show.html",
            shown=school,
            row=row,
            charts=_charts(activity_in_time(ctx, span=span, school_id=school_id)),
            spans=SPANS,
            span=span,
            share=share,
            change_days=CHANGE_DAYS,
        )

    @expose(f"/<{ROW}:school_id>/activity.xlsx")
    def sheet_of_one(self, school_id: int) -> Response:
        """Send the workbook of one school, day by day."""
        ctx = request_context()
        try:
            school, _ = get_activity(ctx, school_id=school_id)
        except NotFound:
            abort(404)
        content = school_workbook(activity_in_time(ctx, span=_span(), school_id=school_id))
        return give_workbook(content, f"{gettext('活跃情况')}-{school.name}-{ctx.today()}.xlsx")

    @expose(f"/<{ROW}:school_id>/refresh", methods=("POST",))
    def refresh_one(self, school_id: int) -> ResponseReturnValue:
        """Count one school at once (「立即更新」)."""
        if attempt(lambda ctx: refresh_figures(ctx, school_id=school_id)):
            flash(gettext("已更新"), "success")
        return redirect(self.get_url(".show", school_id=school_id), code=303)


def _span() -> int:
    asked = number("span")
    return asked if asked in SPANS else SPANS[1]


def _charts(series: Series) -> dict[str, Any] | None:
    """Return labels and values for ``ui.chart``; ``None`` while nothing has been counted."""
    if not any(series.figures):
        return None
    columns = ("people", "activated", "courses_online", "registrations")
    values = {
        name: [getattr(figure, name) if figure else None for figure in series.figures] for name in columns
    }
    shares = [share(figure.activated, figure.people) if figure else None for figure in series.figures]
    return {"days": [day.isoformat() for day in series.days], "share": shares, **values}


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Activity(
            lazy_gettext("活跃情况"),
            category=ALLIANCE,
            endpoint="activity",
            url="activity",
            menu_icon_value="graph-up",
        )
    ]
