"""The pages of one person under 系统管理: 添加, 修改, the person's page, 「查看」 and 角色设置."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext
from flask_login import current_user

from admin.base import SecureView, attempt, back_to
from admin.shared.listing import choice
from app.context import Context
from app.errors import InvalidFields, Message, NotAllowed, NotFound
from app.rules.people.typed_account import KINDS, labels_of, required_of
from app.rules.permissions import Action, Role, may
from app.rules.shared.cells import Cell
from app.services.auth.initial_passwords import first_password_note
from app.services.classes.lists import class_names
from app.services.people.card import get_cells, get_person
from app.services.people.edit import create_account, edit_account
from app.services.people.fields import SEALED
from app.services.people.reset_and_disable import STAFF_ROLES, change_role
from app.services.people.reveal import reveal_value
from app.services.people.search import get_person_row
from app.services.schools.settings import get_settings
from app.uow import unit_of_work
from app.web.auth.server_session import revoke_users
from app.web.shared.context import request_context, request_school
from app.web.shared.hosts import ROW


class PersonPages(SecureView):
    """Base class of the list of people: adding and changing single people."""

    @expose("/new/", methods=("GET", "POST"))
    def new(self) -> ResponseReturnValue:
        """Show the form of a new person and create the account (「添加」): 用户类型, 角色设置 and the type's fields."""
        _require(Action.EDIT_PEOPLE)
        kind = _kind()
        if request.method == "GET" or request.form.get("shown") != kind:
            return self._new_page(kind, {}, 200)
        typed, wrong = _typed(kind), {}
        try:
            with unit_of_work(request_context()) as ctx:
                added = create_account(ctx, kind=kind, values=typed, new_class=_wants_new_class())
        except InvalidFields as refusal:
            wrong = refusal.problems
            return self._new_page(kind, wrong, 422)
        note = first_password_note(get_settings(request_context()))
        return self.render("manage/people/added.html", added=added, first_note=note)

    @expose("/new/fields", methods=("POST",))
    def new_fields(self) -> str:
        """Return the fields of another 用户类型 with the entered values kept: the changing part of 「添加」."""
        _require(Action.EDIT_PEOPLE)
        return self.render(
            "manage/people/fields.html", edited=False, **_fields(_kind(), request.form, {}, {})
        )

    @expose(f"/<{ROW}:user_id>/")
    def show(self, user_id: int) -> str:
        """Show the school's data about a person."""
        return self._show_page(user_id)

    @expose(f"/<{ROW}:user_id>/edit/", methods=("GET", "POST"))
    def edit(self, user_id: int) -> ResponseReturnValue:
        """Show the form of a person and save it (「修改」). ID number and phone are filled in only to change them."""
        try:
            kind, cells = get_cells(request_context(), user_id=user_id)
            person = get_person_row(request_context(), user_id=user_id)
        except (NotFound, NotAllowed):
            abort(404)
        wrong: Mapping[str, Message] = {}
        onward = back_to(self.get_url(".show", user_id=user_id))
        if request.method == "POST":
            try:
                with unit_of_work(request_context()) as ctx:
                    edit_account(
                        ctx, user_id=user_id, changes=_changes(kind, cells), new_class=_wants_new_class()
                    )
                flash(gettext("已保存"), "success")
                return redirect(onward, code=303)
            except InvalidFields as refusal:
                wrong = refusal.problems
        masked = {"mobile": person.mobile, "id_number": person.id_number}
        values = request.form if request.method == "POST" else cells
        page = self.render(
            "manage/people/edit.html",
            person=person,
            onward=onward,
            edited=True,
            **_fields(kind, values, wrong, masked),
        )
        return page, 422 if wrong else 200

    @expose(f"/<{ROW}:user_id>/reveal", methods=("POST",))
    def reveal(self, user_id: int) -> ResponseReturnValue:
        """Show one ID number or phone after a reason is given (「查看」); the page is not cached."""
        name = choice_of_form("field", SEALED)
        reason = request.form.get("reason", "")
        value = attempt(lambda ctx: reveal_value(ctx, user_id=user_id, field=name, reason=reason))
        if value is None:
            return redirect(self.get_url(".show", user_id=user_id), code=303)
        return self._show_page(user_id, revealed={name: value})

    @expose(f"/<{ROW}:user_id>/role", methods=("POST",))
    def role(self, user_id: int) -> ResponseReturnValue:
        """Set the role to teacher or administrator (「角色设置」)."""
        role = choice_of_form("role", STAFF_ROLES)
        changed = attempt(lambda ctx: (change_role(ctx, user_id=user_id, role=role),))
        if changed == (True,):
            revoke_users(request_school().id, [user_id])
            flash(gettext("角色已更改，对方重新登录后生效"), "success")
        return redirect(self.get_url(".show", user_id=user_id), code=303)

    def _show_page(self, user_id: int, revealed: Mapping[str, str] | None = None) -> str:
        ctx = request_context()
        try:
            card = get_person(ctx, user_id=user_id)
        except NotFound:
            abort(404)
        return self.render(
            "manage/people/show.html",
            card=card,
            person=card.person,
            revealed=revealed or {},
            is_me=user_id == current_user.id,
            may_edit=may(ctx.actor.role, Action.EDIT_PEOPLE),
            may_reveal=may(ctx.actor.role, Action.REVEAL_PERSONAL_DATA),
            may_change_role=may(ctx.actor.role, Action.CHANGE_RIGHTS) and card.person.kind in STAFF_ROLES,
            first_note=first_password_note(get_settings(ctx)),
        )

    def _new_page(self, kind: str, wrong: Mapping[str, Message], status: int) -> ResponseReturnValue:
        onward = back_to(self.get_url(".index"))
        fields = _fields(kind, request.form, wrong, {})
        page = self.render("manage/people/new.html", onward=onward, edited=False, **fields)
        return page, status


def choice_of_form(name: str, allowed: tuple[str, ...]) -> str:
    """Return the sent value; a value outside ``allowed`` is a bad request, as no page of ours sends it."""
    value = request.form.get(name, "")
    if value not in allowed:
        abort(404)
    return value


def _require(action: Action) -> None:
    if not may(Role(current_user.kind), action):
        abort(404)


def _kind() -> str:
    if request.method == "GET":
        return choice("kind", KINDS) or "student"
    sent = request.form.get("account_kind", "")
    return sent if sent in KINDS else "student"


def _typed(kind: str) -> dict[str, Cell]:
    return {name: request.form.get(name, "") for name in labels_of(kind)}


def _changes(kind: str, cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return the entered changes; ID number and phone stay as they are unless they are filled in or to be removed."""
    changes = _typed(kind)
    for name in SEALED:
        if not str(changes[name]).strip() and request.form.get(f"erase_{name}") != "1":
            del changes[name]
    if changes.get("class_name") == cells.get("class_name"):
        changes.pop("class_name", None)
    return changes


def _wants_new_class() -> bool:
    return request.form.get("new_class") == "1"


def _fields(
    kind: str, values: Mapping[str, Any], wrong: Mapping[str, Message], masked: Mapping[str, str | None]
) -> dict[str, Any]:
    """Return the values that the template of the fields needs; labels are the manual's words."""
    ctx: Context = request_context()
    return {
        "kind": kind,
        "labels": {name: gettext(label) for name, label in labels_of(kind).items()},
        "required": required_of(kind),
        "values": {name: _shown(values.get(name)) for name in labels_of(kind)},
        "wrong": wrong,
        "masked": masked,
        "new_class": values.get("new_class") == "1",
        "classes": list(class_names(ctx)) if kind == "student" else [],
        "unit_code": ctx.school.unit_code,
        "first_note": first_password_note(get_settings(ctx)),
    }


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
