"""班级选课 of a course's page: registers several classes at once (the other side of manual 8.3)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.base import expose

from admin.base import attempt
from admin.classes.select_courses import said_of
from admin.shared.listing import ListAddress, list_values, ticked_ids, ticks_used
from app.rules.permissions import Action, may
from app.services.classes.select_courses import select_classes
from app.services.classes.selectable import list_choosable_classes
from app.web.shared.context import request_actor, request_context
from app.web.shared.hosts import ROW
from app.web.shared.listing import page_argument, text_argument


class ClassesOfOffering:
    """Mixin of the offerings' view: registration of whole classes."""

    def offering_page(self, template: str, offering_id: int, **values: Any) -> str:
        """Return a page inside the frame of an offering."""
        raise NotImplementedError

    @expose(f"/<{ROW}:offering_id>/classes")
    def classes(self, offering_id: int) -> str:
        """Show the classes with the number of their registered students."""
        if not may(request_actor().role, Action.SELECT_COURSES):
            abort(404)
        text = text_argument("q")
        found = list_choosable_classes(
            request_context(), offering_id=offering_id, text=text, page=page_argument()
        )
        return self.offering_page(
            "manage/classes/of_offering.html",
            offering_id,
            **list_values(
                found, ListAddress("offerings.classes", {"q": text}, kept={"offering_id": offering_id})
            ),
        )

    @expose(f"/<{ROW}:offering_id>/classes", methods=("POST",))
    def select_classes(self, offering_id: int) -> ResponseReturnValue:
        """Register the chosen classes (「注册所选班级」)."""
        done = attempt(lambda ctx: select_classes(ctx, offering_id=offering_id, class_ids=ticked_ids()))
        for result in done or ():
            flash(said_of(result), "warning" if result.refused else "success")
        if done is not None:
            ticks_used(request.path)
        return redirect(self.get_url(".classes", offering_id=offering_id), code=303)  # type: ignore[attr-defined]
