"""联盟管理 → 联盟设置: the rules that the alliance sets for its schools."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from admin.base import ALLIANCE, ManageForm, SecureView, attempt
from app.rules.permissions import Action
from app.services.alliance.settings import get_policy, set_policy
from app.web.shared.context import request_context


class PolicyForm(ManageForm):
    """The form 「联盟设置」."""

    requires_operating_teacher = BooleanField(lazy_gettext("课程上线前必须指定运营教师"))


class AllianceSettings(SecureView):
    """The page of the alliance's settings."""

    action = Action.MANAGE_SCHOOLS
    hosts = "alliance"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show the form, and save it (「保存」)."""
        form = PolicyForm(data={"requires_operating_teacher": get_policy(request_context())})
        if form.validate_on_submit():
            wanted = bool(form.requires_operating_teacher.data)
            if attempt(lambda ctx: set_policy(ctx, requires_operating_teacher=wanted)):
                flash(gettext("已保存"), "success")
                return redirect(self.get_url(".index"), code=303)
        page = self.render("manage/alliance/settings.html", form=form)
        return page, 422 if form.is_submitted() else 200


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        AllianceSettings(
            lazy_gettext("联盟设置"),
            category=ALLIANCE,
            endpoint="alliance_settings",
            url="alliance-settings",
            menu_icon_value="gear",
        )
    ]
