"""The frame that the pages of one class share, with the tabs that the reader may use."""

from __future__ import annotations

from typing import Any

from flask import redirect
from flask.typing import ResponseReturnValue

from admin.base import SecureView
from app.rules.permissions import Action, may
from app.services.classes.lists import get_class
from app.web.shared.context import request_actor, request_context


class ClassFrame(SecureView):
    """Base class of the parts of 班级管理."""

    action = Action.SEE_CLASSES
    hosts = "school"

    def class_page(self, name: str, class_id: int, **values: Any) -> str:
        """Return a page of a class, rendered from ``manage/classes/{name}.html``."""
        school_class = get_class(request_context(), class_id=class_id)
        role = request_actor().role
        allowed = {
            "sees_people": may(role, Action.SEE_PEOPLE),
            "can_manage": may(role, Action.MANAGE_CLASSES),
            "can_delete": may(role, Action.DELETE_CLASS),
            "can_select": may(role, Action.SELECT_COURSES),
        }
        return str(self.render(f"manage/classes/{name}.html", school_class=school_class, **allowed, **values))

    def to(self, endpoint: str, **values: Any) -> ResponseReturnValue:
        """Redirect to another page of the class after a write."""
        return redirect(self.get_url(f"classes.{endpoint}", **values), code=303)
