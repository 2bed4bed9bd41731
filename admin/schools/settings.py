"""系统管理 → 学校设置: the settings that a school decides itself."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField, RadioField, SelectChoice, StringField

from admin.base import PEOPLE, ManageForm, SecureView, attempt
from admin.shared.validators import Required
from app.context import Context
from app.rules.permissions import Action, may
from app.services.auth.slips import count_not_activated
from app.services.schools.settings import RANDOM, RULE, change_first_passwords, change_settings, get_settings
from app.web.shared.context import request_context


class SettingsForm(ManageForm):
    """The form 「学校设置」, in the part that everyone who opens it may change."""

    mail_sender = StringField(lazy_gettext("邮件发件人名称"))
    help_contact = StringField(lazy_gettext("联系方式"))


class WholeSettingsForm(SettingsForm):
    """The same form with the settings that only the school itself may change."""

    initial_password = RadioField(
        lazy_gettext("初始密码"),
        choices=[SelectChoice(RULE), SelectChoice(RANDOM)],
    )
    slip_days = IntegerField(lazy_gettext("密码条有效天数"), [Required()])


class Settings(SecureView):
    """The page of the school's settings."""

    action = Action.CHANGE_SETTINGS
    hosts = "school"

    @expose("/", methods=("GET", "POST"))
    def index(self) -> ResponseReturnValue:
        """Show the form, and save it (「保存」)."""
        ctx = request_context()
        settings = get_settings(ctx)
        whole = may(ctx.actor.role, Action.CHANGE_FIRST_PASSWORDS)
        form = (WholeSettingsForm if whole else SettingsForm)(obj=settings)
        if form.validate_on_submit() and attempt(lambda ctx: _save(ctx, form), form):
            flash(gettext("已保存"), "success")
            return redirect(self.get_url(".index"), code=303)
        prints = may(ctx.actor.role, Action.PRINT_SLIPS)
        by_class, staff = count_not_activated(ctx) if prints else ((), 0)
        return self.render(
            "manage/schools/settings.html",
            form=form,
            settings=settings,
            may_change_first_passwords=whole,
            by_slips=prints and settings.initial_password == RANDOM,
            not_activated=sum(each.count for each in by_class) + staff if prints else None,
        )


def _save(ctx: Context, form: SettingsForm) -> bool:
    if isinstance(form, WholeSettingsForm):
        change_first_passwords(
            ctx, initial_password=form.initial_password.data, slip_days=form.slip_days.data
        )
    change_settings(ctx, mail_sender=form.mail_sender.data, help_contact=form.help_contact.data)
    return True


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Settings(
            lazy_gettext("学校设置"),
            category=PEOPLE,
            endpoint="school_settings",
            url="settings",
            menu_icon_value="gear",
        )
    ]
