"""系统管理 → 操作日志: the audit log, read-only: who did what and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import g
from flask_admin import BaseView
from flask_admin.contrib.sqla.filters import FilterEqual
from flask_babel import lazy_gettext

from admin.base import PEOPLE
from admin.shared.audit_sentences import ACTIONS, action_name, actor_name, details, object_name
from admin.shared.records import ServiceModelView
from app.rules.permissions import Action
from app.services.shared.audit import LogEntry
from app.services.shared.audit_lookups import Names, names_of
from app.services.shared.paging import LONG_PAGE_SIZE
from app.web.shared.context import request_context
from app.web.shared.templating import local_time


def _shown(say: Callable[[LogEntry], str]) -> Callable[..., str]:
    """Return a Flask-Admin column formatter from a function of the entry."""
    return lambda _view, _context, entry, _name: say(entry)


def _named(say: Callable[[LogEntry, Names], str]) -> Callable[..., str]:
    """Return a formatter from a function of the entry and of the names that were read with the page."""
    return _shown(lambda entry: say(entry, g.audit_names))


class AuditLog(ServiceModelView):
    """The log of the host's tenant: a school's for its administrators, the alliance's for the secretariat."""

    action = Action.SEE_AUDIT
    hosts = "both"
    lead = lazy_gettext("谁在什么时候做了什么。只能查看，不能修改或删除。")
    search_hint = lazy_gettext("操作人姓名")

    model_class = LogEntry
    page_size = LONG_PAGE_SIZE
    column_list = ("at", "actor_name", "action", "object_type", "data", "address")
    column_labels = {
        "at": lazy_gettext("时间"),
        "actor_name": lazy_gettext("操作人"),
        "action": lazy_gettext("操作"),
        "object_type": lazy_gettext("对象"),
        "data": lazy_gettext("内容"),
        "address": lazy_gettext("地址"),
    }
    column_formatters: dict[str, Any] = {
        "at": _shown(lambda entry: local_time(entry.at)),
        "actor_name": _shown(actor_name),
        "action": _shown(lambda entry: action_name(entry.action)),
        "object_type": _named(object_name),
        "data": _named(details),
    }
    column_searchable_list = ("actor_name",)
    column_filters = (FilterEqual(LogEntry.action, lazy_gettext("操作"), options=list(ACTIONS.items())),)
    column_default_sort = ("id", True)
    column_display_actions = False

    def get_list(self, *args: Any, **kwargs: Any) -> tuple[int, list[LogEntry]]:
        """Return a page of the log, with the names of the objects of its entries."""
        count, entries = super().get_list(*args, **kwargs)
        g.audit_names = names_of(request_context(), entries)
        return count, entries


def views() -> Iterable[BaseView]:
    """Return the views of this module."""
    return [
        AuditLog(
            name=lazy_gettext("操作日志"),
            category=PEOPLE,
            endpoint="audit",
            url="audit",
            menu_icon_value="journal-text",
        )
    ]
