"""系统管理 → 邮件: sent mails, their receivers, failures and reasons."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, current_app, flash, redirect
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import PEOPLE, SecureView, attempt
from admin.shared.listing import ListAddress, choice, list_values
from app.errors import NotFound
from app.rules.permissions import Action
from app.services.messages.mail_list import STATES, get_mail, list_mails
from app.services.messages.mail_queue import retry_mail
from app.web.messages.mail_words import read_mail, title_of
from app.web.shared.context import request_context, request_school
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument


class Mails(SecureView):
    """The list of mails, the page of one mail, and another attempt to send one that failed."""

    action = Action.SEE_MAILS
    hosts = "both"

    @expose("/")
    def index(self) -> str:
        """Show a page of the mails that match."""
        text, state = text_argument("q"), choice("state", STATES)
        found = list_mails(request_context(), text=text, state=state or None, page=page_argument())
        return self.render(
            "manage/messages/mails/list.html",
            **list_values(found, ListAddress("mails.index", {"q": text, "state": state})),
            states=STATES,
            title_of=title_of,
            kept=current_app.config["MAIL_FOLDER"] is not None,
        )

    @expose(f"/<{ROW}:mail_id>/")
    def show(self, mail_id: int) -> str:
        """Show one mail; links that only its receiver may follow are not shown."""
        try:
            mail = get_mail(request_context(), mail_id=mail_id)
        except NotFound:
            abort(404)
        words = read_mail(request_school(), mail.content, hide_link=True)
        return self.render("manage/messages/mails/show.html", mail=mail, words=words)

    @expose(f"/<{ROW}:mail_id>/retry", methods=("POST",))
    def retry(self, mail_id: int) -> ResponseReturnValue:
        """Send a failed mail again (「重新发送」)."""
        if attempt(lambda ctx: retry_mail(ctx, mail_id=mail_id)):
            flash(gettext("邮件将重新发送"), "success")
        return redirect(self.get_url(".show", mail_id=mail_id), code=303)


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Mails(
            lazy_gettext("邮件"),
            category=PEOPLE,
            endpoint="mails",
            url="mails",
            menu_icon_value="envelope",
        )
    ]
