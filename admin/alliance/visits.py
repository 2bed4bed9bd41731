"""进入学校 on the alliance's host, 秘书处来访 at a school: visits with their reason, duration and acts."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, flash, make_response, redirect
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import TextAreaField

from admin.base import ALLIANCE, PEOPLE, ManageForm, SecureView, attempt
from admin.shared.audit_sentences import action_name, details, object_name
from admin.shared.listing import ListAddress, list_values
from admin.shared.validators import Required
from app.errors import NotFound
from app.rules.permissions import Action, may
from app.services.alliance.visit_lists import get_visit, list_visits
from app.services.alliance.visits import LINK_LIFETIME, REASON_LENGTH, end_visit, offer_visit
from app.services.schools.directory import all_members, get_member
from app.services.shared.audit_lookups import names_of
from app.web.shared.context import request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument
from app.web.shared.templating import school_address


class VisitForm(ManageForm):
    """The form that asks why the secretary enters a school."""

    reason = TextAreaField(
        lazy_gettext("原因"),
        [Required()],
        description=lazy_gettext("例如：应张老师电话请求，协助设置报名时间。该校管理员会看到。"),
    )


class AllianceVisits(SecureView):
    """The visits of all secretaries, and the form that starts a visit."""

    action = Action.ENTER_SCHOOL
    hosts = "alliance"

    @expose("/")
    def index(self) -> str:
        """Show the visits, latest first, and the schools to choose from."""
        ctx = request_context()
        return self.render(
            "manage/alliance/visits/alliance.html",
            **list_values(list_visits(ctx, page=page_argument()), ListAddress("alliance_visits.index")),
            members=[school for school in all_members(ctx) if school.status == "active"],
        )

    @expose(f"/<{ROW}:school_id>/", methods=("GET", "POST"))
    def enter(self, school_id: int) -> ResponseReturnValue:
        """Record the reason and start a visit; the answer shows its link, once."""
        try:
            school = get_member(request_context(), school_id=school_id)
        except NotFound:
            abort(404)
        form = VisitForm()
        if form.validate_on_submit():
            offered = attempt(
                lambda ctx: offer_visit(ctx, school_id=school_id, reason=form.reason.data or ""), form
            )
            if offered is not None:
                link = f"{school_address(offered.school.slug)}/visit/{offered.token}"
                minutes = int(LINK_LIFETIME.total_seconds()) // 60
                page = self.render(
                    "manage/alliance/visits/offered.html", offered=offered, link=link, minutes=minutes
                )
                response = make_response(page)
                response.headers["Cache-Control"] = "no-store"
                return response
        page = self.render(
            "manage/alliance/visits/enter.html", form=form, entered=school, longest=REASON_LENGTH[1]
        )
        return page, 422 if form.is_submitted() else 200


class SchoolVisits(SecureView):
    """The secretariat's visits at this school."""

    action = Action.SEE_VISITS
    hosts = "school"

    @expose("/")
    def index(self) -> str:
        """Show the visits, latest first."""
        found = list_visits(request_context(), page=page_argument())
        values = list_values(found, ListAddress("school_visits.index"))
        return self.render("manage/alliance/visits/list.html", **values)

    @expose(f"/<{ROW}:visit_id>/")
    def show(self, visit_id: int) -> str:
        """Show one visit with the acts that were recorded during it."""
        ctx = request_context()
        try:
            visit, acts = get_visit(ctx, visit_id=visit_id)
        except NotFound:
            abort(404)
        names = names_of(ctx, acts)
        return self.render(
            "manage/alliance/visits/show.html",
            visit=visit,
            acts=[
                (entry.at, action_name(entry.action), object_name(entry, names), details(entry, names))
                for entry in acts
            ],
            may_end=may(ctx.actor.role, Action.END_VISIT),
        )

    @expose(f"/<{ROW}:visit_id>/end", methods=("POST",))
    def end(self, visit_id: int) -> ResponseReturnValue:
        """End a visit (「结束来访」)."""
        if attempt(lambda ctx: end_visit(ctx, visit_id=visit_id)):
            flash(gettext("来访已结束，对方不能再查看或修改本校的内容"), "success")
        return redirect(self.get_url(".show", visit_id=visit_id), code=303)


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        AllianceVisits(
            lazy_gettext("进入学校"),
            category=ALLIANCE,
            endpoint="alliance_visits",
            url="enter-school",
            menu_icon_value="door-open",
        ),
        SchoolVisits(
            lazy_gettext("秘书处来访"),
            category=PEOPLE,
            endpoint="school_visits",
            url="visits",
            menu_icon_value="door-open",
        ),
    ]
