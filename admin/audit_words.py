"""The words for what the audit log holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext

from app.models import AuditEntry

#: Every act that a use case records, in the order of their subjects; a test compares it with the services.
ACTIONS: Mapping[str, Any] = {
    "login.succeeded": lazy_gettext("登录成功"),
    "login.failed": lazy_gettext("登录失败"),
    "password.changed": lazy_gettext("修改密码"),
    "school.opened": lazy_gettext("开通学校"),
    "school.edited": lazy_gettext("修改学校信息"),
    "school.logo_changed": lazy_gettext("更换校徽"),
}
OBJECTS: Mapping[str, Any] = {
    "user": lazy_gettext("用户"),
    "school": lazy_gettext("学校"),
    "course": lazy_gettext("课程"),
    "licence": lazy_gettext("课程授权"),
    "offering": lazy_gettext("本校课程"),
    "enrolment": lazy_gettext("课程注册"),
    "import": lazy_gettext("导入"),
}


def action_name(code: str) -> str:
    """What was done, in words."""
    return str(ACTIONS.get(code, code))


def object_name(entry: AuditEntry) -> str:
    """To what it was done, with its number."""
    name = str(OBJECTS.get(entry.object_type, entry.object_type))
    return name if entry.object_id is None else f"{name} {entry.object_id}"


def details(entry: AuditEntry) -> list[tuple[str, str]]:
    """The facts that were noted, as pairs of name and text."""
    return [(key, _plain(value)) for key, value in entry.data.items()]


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    return str(value)
