"""注册学生 of a course's page: registered students, adding and removing, the waiting list, figures, 「导出」."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import attempt
from admin.shared.listing import ListAddress, list_values, number, sorting, ticked_ids, ticks_used
from app.errors import Invalid, Message, msg
from app.rules.permissions import Action, may
from app.services.registrations.by_staff import (
    REASON_LENGTH,
    Exported,
    add_students,
    admit_waiting,
    class_choices,
    export_registrations,
    find_candidates,
    list_waiting,
    must_search,
    remove_students,
    remove_waiting,
)
from app.services.registrations.lists import (
    RegistrationSort,
    class_figures,
    list_named,
    list_registered,
    registrations_in_time,
    seat_figures,
)
from app.services.registrations.seats import Registered
from app.sheets.writing.typed import TypedSheet, Value, typed_workbook
from app.web.shared.context import request_actor, request_context, request_school
from app.web.shared.downloads import give_workbook
from app.web.shared.hosts import ROW
from app.web.shared.i18n import joined, translated
from app.web.shared.listing import page_argument, text_argument
from app.web.shared.state_words import STATE_WORDS

Chosen = dict[str, str | int | None]

_CHART_CLASSES = 20
_COLUMNS = (msg("学号"), msg("真实姓名"), msg("班级"), msg("注册时间"), msg("来源"), msg("账号状态"))
_WIDTHS = (18, 14, 24, 20, 12, 12)
_REFUSED = {
    "seats": msg("%(n)s 人因名额已满未能注册"),
    "disabled": msg("%(n)s 人账号已停用"),
    "unknown": msg("%(n)s 人不是本校用户"),
}


class RegistrationPages:
    """Mixin of the offerings' view: the registrations of an offering."""

    def offering_page(self, template: str, offering_id: int, **values: Any) -> str:
        """Return a page inside the frame of an offering."""
        raise NotImplementedError

    @expose(f"/<{ROW}:offering_id>/registrations/")
    def registrations(self, offering_id: int) -> str:
        """Show the list of registered students (注册学生)."""
        ctx = request_context()
        chosen: Chosen = {"q": text_argument("q"), "class": number("class")}
        sort, descending = sorting(tuple(RegistrationSort), RegistrationSort.NUMBER)
        address = ListAddress(
            "offerings.registrations", chosen, sort, descending, kept={"offering_id": offering_id}
        )
        found = list_registered(
            ctx,
            offering_id=offering_id,
            text=text_argument("q"),
            class_id=number("class"),
            sort=sort,
            descending=descending,
            page=page_argument(),
        )
        return self._registrations(
            "registrations",
            offering_id,
            **list_values(found, address),
            classes=[
                ("", gettext("全部")),
                *(
                    (figures.class_id or 0, f"{figures.name or gettext('无班级')} ({figures.registered})")
                    for figures in class_figures(ctx, offering_id=offering_id)
                ),
            ],
        )

    @expose(f"/<{ROW}:offering_id>/registrations/add", methods=("GET", "POST"))
    def add_students(self, offering_id: int) -> ResponseReturnValue:
        """Find and register students (「添加学生」: find, tick, 「添加」); failures are reported with their reasons."""
        ctx = request_context()
        chosen: Chosen = {"q": text_argument("q"), "class": number("class")}
        address = ListAddress("offerings.add_students", chosen, kept={"offering_id": offering_id})
        if request.method == "POST":
            done = attempt(lambda ctx: add_students(ctx, offering_id=offering_id, user_ids=ticked_ids()))
            if done is not None:
                _say(done)
                ticks_used(request.path)
            return redirect(address.page(page_argument()), code=303)
        found = find_candidates(
            ctx,
            offering_id=offering_id,
            text=text_argument("q"),
            class_id=number("class"),
            page=page_argument(),
        )
        return self._registrations(
            "add_students",
            offering_id,
            **list_values(found, address),
            classes=class_choices(ctx, offering_id=offering_id),
            must_search=must_search(ctx),
        )

    @expose(f"/<{ROW}:offering_id>/registrations/remove", methods=("POST",))
    def remove_students(self, offering_id: int) -> ResponseReturnValue:
        """Remove the ticked students (「移出」) after asking for the reason, which they will read."""
        ids, error = ticked_ids(), None
        if "reason" in request.form:
            reason = request.form["reason"]
            try:
                done = attempt(
                    lambda ctx: remove_students(ctx, offering_id=offering_id, user_ids=ids, reason=reason),
                    reraise=Invalid,
                )
            except Invalid as refusal:
                done = None
                if refusal.field == "reason":
                    error = refusal.message
                else:
                    flash(translated(refusal.message), "error")
            if done is not None:
                ticks_used(self._path("registrations", offering_id))
                flash(gettext("已移出 %(n)s 名学生", n=done), "success")
            if error is None:
                return self._to("registrations", offering_id)
        people = list_named(request_context(), offering_id=offering_id, user_ids=ids)
        if not people:
            flash(gettext("请至少勾选一名学生"), "warning")
            return self._to("registrations", offering_id)
        page = self._registrations(
            "remove_students",
            offering_id,
            people=people,
            error=error,
            reason=request.form.get("reason", ""),
            most=REASON_LENGTH,
        )
        return page, 422 if error else 200

    @expose(f"/<{ROW}:offering_id>/registrations/waiting", methods=("GET", "POST"))
    def waiting_list(self, offering_id: int) -> ResponseReturnValue:
        """Show the waiting list (候补), with 「优先录取」 or 「移出」 for the ticked students."""
        if request.method == "POST":
            act = {"admit": admit_waiting, "remove": remove_waiting}.get(request.form.get("action", ""))
            if act is None:
                abort(404)
            done = attempt(lambda ctx: act(ctx, offering_id=offering_id, user_ids=ticked_ids()))
            if done is not None:
                ticks_used(request.path)
                admitted = act is admit_waiting
                flash(
                    gettext("已录取 %(n)s 人", n=done) if admitted else gettext("已移出 %(n)s 人", n=done),
                    "success",
                )
            return self._to("waiting_list", offering_id)
        found = list_waiting(request_context(), offering_id=offering_id, page=page_argument())
        address = ListAddress("offerings.waiting_list", kept={"offering_id": offering_id})
        return self._registrations("waiting", offering_id, **list_values(found, address))

    @expose(f"/<{ROW}:offering_id>/registrations/figures")
    def registration_figures(self, offering_id: int) -> str:
        """Show the figures (统计) per class and over time."""
        ctx = request_context()
        classes = class_figures(ctx, offering_id=offering_id)
        return self._registrations(
            "figures",
            offering_id,
            classes=classes,
            charted=[figures.name or gettext("无班级") for figures in classes[:_CHART_CLASSES]],
            points=registrations_in_time(ctx, offering_id=offering_id),
        )

    @expose(f"/<{ROW}:offering_id>/registrations/export", methods=("POST",))
    def export_registrations(self, offering_id: int) -> ResponseReturnValue:
        """Send the list as .xlsx (「导出」)."""
        exported = attempt(lambda ctx: export_registrations(ctx, offering_id=offering_id))
        if exported is None:
            return self._to("registrations", offering_id)
        return give_workbook(_sheet(exported), f"{exported.title}-{gettext('注册学生')}.xlsx")

    def _registrations(self, name: str, offering_id: int, **values: Any) -> str:
        values["seat_figures"] = seat_figures(request_context(), offering_id=offering_id)
        values["may_export"] = may(request_actor().role, Action.EXPORT_REGISTRATIONS)
        return self.offering_page(f"manage/registrations/{name}.html", offering_id, **values)

    def _to(self, endpoint: str, offering_id: int) -> ResponseReturnValue:
        return redirect(self._path(endpoint, offering_id), code=303)

    def _path(self, endpoint: str, offering_id: int) -> str:
        return str(self.get_url(f".{endpoint}", offering_id=offering_id))  # type: ignore[attr-defined]


def _say(done: Registered) -> None:
    parts = [gettext("已添加 %(n)s 名学生", n=done.registered)]
    if done.already:
        parts.append(gettext("%(n)s 人此前已注册", n=done.already))
    parts += [
        translated(Message(_REFUSED[reason].text, {"n": count})) for reason, count in done.refused.items()
    ]
    flash(joined(parts, "；"), "success" if done.registered and not done.refused else "warning")


def _sheet(exported: Exported) -> bytes:
    zone = ZoneInfo(request_school().timezone)
    header = [translated(name) for name in _COLUMNS]
    rows: list[list[Value]] = [
        [
            row.number,
            row.real_name,
            row.class_name or "",
            row.registered_at.astimezone(zone).replace(tzinfo=None, microsecond=0),
            translated(STATE_WORDS["registration"][row.source][0]),
            translated(STATE_WORDS["account"][row.status][0]),
        ]
        for row in exported.rows
    ]
    return typed_workbook([TypedSheet(gettext("注册学生"), header, rows, _WIDTHS)])
