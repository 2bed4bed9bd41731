"""系统管理 → 密码条: random first passwords on paper, for a class, a group or chosen accounts."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import gettext, lazy_gettext

from admin.base import PEOPLE, SecureView, attempt
from admin.shared.listing import sent_number, ticked_ids
from app.context import Context
from app.rules.permissions import Action
from app.rules.shared.whole_numbers import whole_number
from app.services.auth.slips import (
    MOST,
    SlipChoice,
    SlipGroup,
    VoidsUnseen,
    count_not_activated,
    preview_slips,
    print_slips,
)
from app.services.schools.settings import RANDOM, get_settings
from app.sheets.writing.slips import slips_pdf
from app.web.shared.context import request_context
from app.web.shared.downloads import give_download
from app.web.shared.i18n import translated


class Slips(SecureView):
    """The pages on which accounts are chosen, the printing is confirmed and the file is sent."""

    action = Action.PRINT_SLIPS
    hosts = "school"

    @expose("/")
    def index(self) -> str:
        """Show the accounts that have not been activated yet, class by class."""
        ctx = request_context()
        by_class, staff = count_not_activated(ctx)
        return self.render(
            "manage/auth/slips/index.html",
            by_class=by_class,
            staff=staff,
            students=sum(each.count for each in by_class),
            settings=get_settings(ctx),
            by_slips=get_settings(ctx).initial_password == RANDOM,
            most=MOST,
        )

    @expose("/confirm", methods=("GET", "POST"))
    def confirm(self) -> ResponseReturnValue:
        """Show what printing would do; accounts ticked in the list of people arrive by POST."""
        ctx, choice = request_context(), _choice()
        if choice is None:
            flash(gettext("请先选择班级或用户"), "warning")
            return redirect(self.get_url(".index"), code=303)
        return confirm_page(self, ctx, choice)

    @expose("/print", methods=("POST",))
    def print(self) -> ResponseReturnValue:
        """Send the file with the passwords; no copy is kept."""
        choice = _choice()
        if choice is None:
            return redirect(self.get_url(".index"), code=303)
        # The page stays open after a download, and another administrator may have printed since.
        announced = sent_number("voided") or 0
        try:
            made = attempt(lambda ctx: _pdf(ctx, choice, announced), reraise=VoidsUnseen)
        except VoidsUnseen as error:
            flash(translated(error.message), "warning")
            return confirm_page(self, request_context(), choice)
        if made is None:
            return redirect(self.get_url(".index"), code=303)
        return _download(made)


def confirm_page(view: BaseView, ctx: Context, choice: SlipChoice) -> str:
    """Return the page that asks before printing; the list of people shows it, too."""
    page: str = view.render(
        "manage/auth/slips/confirm.html",
        choice=choice,
        preview=preview_slips(ctx, choice=choice),
        by_slips=get_settings(ctx).initial_password == RANDOM,
        most=MOST,
    )
    return page


def _pdf(ctx: Context, choice: SlipChoice, voided: int) -> bytes:
    good_until = preview_slips(ctx, choice=choice).good_until
    return slips_pdf(
        print_slips(ctx, choice=choice, voided=voided),
        school=ctx.school.name,
        address=url_for("auth.login", _external=True),
        good_until=good_until.isoformat(),
    )


def _download(content: bytes) -> Response:
    name = gettext("密码条-%(day)s.pdf", day=request_context().today().isoformat())
    return give_download(content, name, "application/pdf")


def _choice() -> SlipChoice | None:
    """Return the accounts that the form names, else those of the address's class or group."""
    ids = ticked_ids()
    if ids:
        # One account more than a file holds is enough to tell that there are too many.
        return SlipChoice(user_ids=tuple(ids[: MOST + 1]))
    class_id, group = whole_number(request.values.get("class_id", "")), request.values.get("group", "")
    if class_id is not None:
        return SlipChoice(class_id=class_id)
    return SlipChoice(group=SlipGroup(group)) if group in tuple(SlipGroup) else None


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        Slips(
            lazy_gettext("密码条"),
            category=PEOPLE,
            endpoint="slips",
            url="slips",
            menu_icon_value="key",
        )
    ]
