"""系统管理 → 用户列表: the list of the school's people with its search, and the acts on many of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import format_decimal, gettext, lazy_gettext, ngettext

from admin.auth.slips import confirm_page
from admin.base import PEOPLE, attempt, back_to
from admin.people.person import PersonPages
from admin.shared.listing import (
    ListAddress,
    choice,
    list_values,
    meant_ids,
    number,
    sorting,
    ticked_ids,
    ticks_used,
    year,
)
from app.context import Context
from app.errors import Conflict, msg
from app.rules.permissions import Action, may
from app.services.auth.initial_passwords import first_password_note
from app.services.auth.slips import MOST, SlipChoice
from app.services.classes.lists import class_names
from app.services.people.reset_and_disable import (
    ResetPasswords,
    disable_accounts,
    enable_accounts,
    reset_passwords,
)
from app.services.people.search import (
    PeopleFilter,
    PersonSort,
    PersonState,
    entry_years,
    find_people_ids,
    search_people,
)
from app.services.schools.settings import RANDOM, get_settings
from app.web.auth.server_session import revoke_users
from app.web.shared.context import request_context, request_school
from app.web.shared.listing import page_argument, text_argument

KINDS = ("student", "teacher", "administrator")


class People(PersonPages):
    """The list of people with its search and filters, and the acts on the ticked people."""

    action = Action.SEE_PEOPLE
    hosts = "school"

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """Show a page of the people who match."""
        ctx = request_context()
        settings = get_settings(ctx)
        chosen, filters = _chosen()
        sort, descending = sorting(tuple(PersonSort), PersonSort.NUMBER)
        found = search_people(
            ctx,
            text=str(chosen["q"]),
            filters=filters,
            sort=sort,
            descending=descending,
            page=page_argument(),
        )
        return self.render(
            "manage/people/list.html",
            **list_values(found, ListAddress("people.index", chosen, sort, descending)),
            total_text=format_decimal(found.total),
            bulk_address=self.get_url(".bulk", **{name: value for name, value in chosen.items() if value}),
            classes=list(class_names(ctx)),
            years=[(each, each) for each in entry_years(ctx)],
            first_note=first_password_note(settings),
            by_slips=settings.initial_password == RANDOM,
            may_edit=may(ctx.actor.role, Action.EDIT_PEOPLE),
        )

    @expose("/bulk", methods=("POST",))
    def bulk(self) -> ResponseReturnValue:
        """Apply 「修改」, 「重置密码」, 「密码条」, 「停用」 or 「启用」 to the ticked, or to all that match."""
        act = request.form.get("action", "")
        if act == "edit":
            return self._edit_ticked()
        if act == "reset":
            return self._reset()
        if act == "slips":
            return self._slips()
        work = {"disable": disable_accounts, "enable": enable_accounts}.get(act)
        if work is None:
            abort(404)
        done = attempt(lambda ctx: (work(ctx, user_ids=_meant(ctx)),))
        if done is not None:
            (ids,) = done
            if act == "disable":
                revoke_users(request_school().id, ids)
                _finish(ngettext("已停用 %(num)s 个账号", "已停用 %(num)s 个账号", len(ids)))
            else:
                _finish(ngettext("已启用 %(num)s 个账号", "已启用 %(num)s 个账号", len(ids)))
        return redirect(back_to(self.get_url(".index")), code=303)

    def _reset(self) -> ResponseReturnValue:
        reset = attempt(lambda ctx: reset_passwords(ctx, user_ids=_meant(ctx)))
        if reset is None:
            return redirect(back_to(self.get_url(".index")), code=303)
        revoke_users(request_school().id, reset.user_ids)
        count = len(reset.user_ids)
        _finish(ngettext("已为 %(num)s 人重置密码", "已为 %(num)s 人重置密码", count))
        if reset.one_time:
            return self._one_time_page(reset)
        return redirect(back_to(self.get_url(".index")), code=303)

    def _slips(self) -> ResponseReturnValue:
        ids = attempt(_meant)
        if ids is None:
            return redirect(back_to(self.get_url(".index")), code=303)
        return confirm_page(self, request_context(), SlipChoice(user_ids=tuple(ids[: MOST + 1])))

    def _one_time_page(self, reset: ResetPasswords) -> str:
        return str(
            self.render("manage/people/one_time.html", reset=reset, onward=back_to(self.get_url(".index")))
        )

    def _edit_ticked(self) -> ResponseReturnValue:
        ids = ticked_ids()
        if len(ids) != 1:
            flash(gettext("请只勾选一位用户，再点击「修改」"), "error")
            return redirect(back_to(self.get_url(".index")), code=303)
        return redirect(self.get_url(".edit", user_id=ids[0], url=back_to(self.get_url(".index"))), code=303)


def _chosen() -> tuple[dict[str, Any], PeopleFilter]:
    """Return the address's search and filters, as the page shows them and as the service takes them."""
    kind, state = choice("kind", KINDS), choice("state", tuple(PersonState))
    class_id, entry_year = number("class"), year("year")
    chosen = {"q": text_argument("q"), "kind": kind, "class": class_id, "year": entry_year, "state": state}
    filters = PeopleFilter(
        kind=kind or None,
        class_id=class_id,
        entry_year=entry_year,
        state=PersonState(state) if state else None,
    )
    return chosen, filters


def _meant(ctx: Context) -> list[int]:
    """Return the ticked people, or all that match the address.

    Raises:
        Conflict: no one is selected, or the number differs from the one in the dialog.
    """
    chosen, filters = _chosen()
    ids = meant_ids(lambda: find_people_ids(ctx, text=chosen["q"], filters=filters))
    if not ids:
        raise Conflict(msg("请先勾选用户"))
    return ids


def _finish(sentence: str) -> None:
    """Report the completed act and clear the list's selection."""
    flash(sentence, "success")
    ticks_used(url_for("people.index"))


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        People(
            lazy_gettext("用户列表"),
            category=PEOPLE,
            endpoint="people",
            url="people",
            menu_icon_value="people",
        )
    ]
