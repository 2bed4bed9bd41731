"""Messages: their parameters, lists in each language, and the conversion to JSON and back."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from app.errors import Message, msg
from app.web.shared.i18n import translated

TITLE = "护理、急救、康复"
#: text -> the message in Chinese and in English.
SAID = {
    "one value": (
        msg("课程“%(title)s”有新版本", title=TITLE),
        f"课程“{TITLE}”有新版本",
        f"New version of “{TITLE}”",
    ),
    "a list": (
        msg("与第 %(rows)s 等行重复", rows=(4, 5, 6)),
        "与第 4、5、6 等行重复",
        "the same as in rows 4, 5, 6 and others",
    ),
    "a list of single values": (
        msg("%(titles)s：学生不再看到，已有的学习记录仍可查看。", titles=("“护理、急救”", "“康复”")),
        "“护理、急救”、“康复”：学生不再看到，已有的学习记录仍可查看。",
        "“护理、急救”, “康复”: students no longer see them; records stay readable.",
    ),
    "a list of messages": (
        msg("已按您的申请修改：%(fields)s。", fields=(msg("真实姓名"), msg("所属班级"))),
        "已按您的申请修改：真实姓名、所属班级。",
        "Changed as you asked: Real name, Class.",
    ),
    "a message in a message": (
        msg(
            "%(rows)s「%(label)s」：%(reason)s",
            rows=msg("第 %(rows)s 行", rows=(2, 7)),
            label="学号",
            reason=msg("必填"),
        ),
        "第 2、7 行「学号」：必填",
        "Rows 2, 7 “学号”: Required",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_a_message_says_in_chinese_and_in_english(app: Flask, case: str) -> None:
    message, chinese, english = SAID[case]
    assert str(message) == chinese
    with app.test_request_context():
        assert translated(message) == chinese
    with app.test_request_context(headers={"Cookie": "lang=en"}):
        assert translated(message) == english


@pytest.mark.parametrize("case", SAID)
def test_a_message_comes_back_from_json_as_it_was(case: str) -> None:
    message, *_ = SAID[case]
    stored = json.loads(json.dumps(message.as_json()))
    assert Message.from_json(stored) == message


@pytest.mark.parametrize(
    "data", [{}, {"text": "x", "params": 3}, {"text": "x", "params": {"rows": {"a": 1}}}]
)
def test_what_is_no_message_is_not_read_as_one(data: dict[str, object]) -> None:
    with pytest.raises(KeyError):
        Message.from_json(data)
