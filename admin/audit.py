"""系统管理 → 操作日志: who did what when; nobody can change it here."""

from __future__ import annotations

from collections.abc import Iterable

from flask_admin import BaseView
from flask_admin.base import expose
from flask_babel import lazy_gettext

from admin.audit_words import action_name, actor_name, details, object_name
from admin.base import PEOPLE, SecureView
from admin.listing import ListAddress, choice
from app.rules.permissions import Action
from app.services.audit_log import audit_actions, list_audit
from app.web.context import request_context
from app.web.listing import page_argument, text_argument


class AuditLog(SecureView):
    """The log of the host's own tenant: a school's for its administrators, the alliance's for the secretariat."""

    action = Action.SEE_AUDIT
    hosts = "both"

    @expose("/")
    def index(self) -> str:
        """One page of the log, latest first."""
        ctx = request_context()
        actions = audit_actions(ctx)
        action, person = choice("action", actions), text_argument("person")
        return self.render(
            "manage/audit/list.html",
            found=list_audit(ctx, action=action or None, person=person, page=page_argument()),
            action=action,
            person=person,
            actions=[(code, action_name(code)) for code in actions],
            address=ListAddress("audit.index", {"action": action, "person": person}),
            action_name=action_name,
            actor_name=actor_name,
            object_name=object_name,
            details=details,
        )


def views() -> Iterable[BaseView]:
    """The views of this module."""
    return [
        AuditLog(
            lazy_gettext("操作日志"),
            category=PEOPLE,
            endpoint="audit",
            url="audit",
            menu_icon_value="journal-text",
        )
    ]
