"""教师设置 of a course's page: 「指定运营教师」, 「关联本校教师」 → 「现有用户」 → 「助教」 (manual 7.2)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import gettext

from admin.base import attempt
from admin.shared.listing import ListAddress, list_values, ticked_ids
from app.rules.permissions import Action, may
from app.services.offerings.staff import (
    add_assistants,
    find_teachers,
    list_staff,
    remove_assistant,
    set_operating_teacher,
)
from app.web.shared.context import request_actor, request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument


class StaffPages:
    """Mixin of the offerings' view: the staff of an offering."""

    def offering_page(self, template: str, offering_id: int, **values: Any) -> str:
        """Return a page inside the frame of an offering."""
        raise NotImplementedError

    @expose(f"/<{ROW}:offering_id>/staff")
    def staff(self, offering_id: int) -> str:
        """Show 教师设置: the 运营教师 and the assistants."""
        return self.offering_page(
            "manage/offerings/staff.html",
            offering_id,
            staff=list_staff(request_context(), offering_id=offering_id),
            may_assign=may(request_actor().role, Action.ASSIGN_STAFF),
        )

    @expose(f"/<{ROW}:offering_id>/operating-teacher", methods=("GET", "POST"))
    def operating_teacher(self, offering_id: int) -> ResponseReturnValue:
        """Find and choose the 运营教师 (「指定运营教师」)."""
        _require_assigning()
        if request.method == "POST":
            chosen = ticked_ids("teacher")
            if attempt(
                lambda ctx: set_operating_teacher(
                    ctx, offering_id=offering_id, user_id=chosen[0] if chosen else 0
                )
            ):
                flash(gettext("运营教师已指定"), "success")
                return self._to_staff(offering_id)
        return self._teachers("manage/offerings/operating_teacher.html", "operating_teacher", offering_id)

    @expose(f"/<{ROW}:offering_id>/staff/add", methods=("GET", "POST"))
    def assistants(self, offering_id: int) -> ResponseReturnValue:
        """Find teachers and make them assistants: 「关联本校教师」 → 「现有用户」, tick 「助教」, 保存."""
        _require_assigning()
        if request.method == "POST":
            added = attempt(lambda ctx: add_assistants(ctx, offering_id=offering_id, user_ids=ticked_ids()))
            if added is not None:
                flash(gettext("已关联 %(n)s 位助教", n=added), "success")
                return self._to_staff(offering_id)
        return self._teachers("manage/offerings/assistants.html", "assistants", offering_id)

    @expose(f"/<{ROW}:offering_id>/staff/<{ROW}:user_id>/remove", methods=("POST",))
    def remove_assistant(self, offering_id: int, user_id: int) -> ResponseReturnValue:
        """Remove an assistant from the course."""
        name = attempt(lambda ctx: remove_assistant(ctx, offering_id=offering_id, user_id=user_id))
        if name:
            flash(gettext("%(name)s 不再是该课程的助教", name=name), "success")
        return self._to_staff(offering_id)

    def _teachers(self, template: str, endpoint: str, offering_id: int) -> ResponseReturnValue:
        text = text_argument("q")
        found = find_teachers(request_context(), offering_id=offering_id, text=text, page=page_argument())
        address = ListAddress(f"offerings.{endpoint}", {"q": text}, kept={"offering_id": offering_id})
        page = self.offering_page(template, offering_id, **list_values(found, address))
        return page, 422 if request.method == "POST" else 200

    def _to_staff(self, offering_id: int) -> ResponseReturnValue:
        return redirect(self.get_url(".staff", offering_id=offering_id), code=303)  # type: ignore[attr-defined]


def _require_assigning() -> None:
    if not may(request_actor().role, Action.ASSIGN_STAFF):
        abort(404)
