"""A person's own data as a page to read and to print: plain HTML that needs no other files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template

from app.errors import Message, msg
from app.rules.imports.students import LABELS
from app.web.shared.i18n import chosen_language, translated

#: The parts of the data, in the order of the page.
PARTS: Mapping[str, Message] = {
    "account": msg("账号与学籍"),
    "registrations": msg("课程报名"),
    "change_requests": msg("信息修改申请"),
    "messages": msg("消息"),
    "mails": msg("邮件"),
    "consents": msg("同意记录"),
    "imports": msg("导入记录"),
    "log": msg("操作与登录记录"),
}


def readable_page(data: Mapping[str, Any]) -> str:
    """Return the page in the reader's language."""
    return render_template(
        "me/export.html",
        data=data,
        parts=PARTS,
        labels=LABELS,
        say=_say,
        lang="en" if chosen_language() == "en" else "zh-CN",
    )


def _say(value: Any) -> str:
    """Return a value in words: messages in the reader's language, several values in one line."""
    if value is None or value == "":
        return "—"
    if isinstance(value, Mapping):
        if "text" in value:
            return translated(Message.from_json(value))
        return "; ".join(f"{name}: {_say(item)}" for name, item in value.items())
    if isinstance(value, list):
        return " → ".join(_say(item) for item in value)
    return str(value)
