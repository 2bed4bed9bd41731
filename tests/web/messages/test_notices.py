"""Messages through the pages: counted, read, and seen alone."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from app.context import Context
from app.errors import msg
from app.models import User
from app.services.messages.notices import list_notices, mark_read, notify
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.pages import post

MakeClient = Callable[..., FlaskClient]
MakeCtx = Callable[..., Context]


def test_messages_are_counted_in_the_header_and_read(
    client: FlaskClient, make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    assert "还没有消息" in client.get("/messages").text
    for _ in range(2):
        with unit_of_work(make_ctx(school)) as ctx:
            notify(ctx, user_id=student.id, subject=msg("题目"), body=msg("正文"), link="/me/requests")
    page = client.get("/courses").text
    assert "消息，2 条未读" in page
    first = re.search(r'action="(/messages/\d+/open)"', client.get("/messages").text)
    assert first is not None
    assert post(client, first[1]).location == "/me/requests"
    assert "消息，1 条未读" in client.get("/").text
    assert post(client, "/messages/read").location == "/messages"
    assert "条未读" not in client.get("/").text


def test_unread_messages_come_first_and_can_be_seen_alone(
    client_for: MakeClient, make_ctx: MakeCtx, school: SchoolInfo, student: User
) -> None:
    with unit_of_work(make_ctx(school, user=student)) as ctx:
        notify(ctx, user_id=student.id, subject=msg("早的未读"), body=msg("甲"))
        notify(ctx, user_id=student.id, subject=msg("晚的已读"), body=msg("乙"))
    with unit_of_work(make_ctx(school, user=student)) as ctx:
        mark_read(ctx, notice_ids=[max(_ids(ctx))])
    client = client_for(school, student)
    page = client.get("/messages").text
    assert page.index("早的未读") < page.index("晚的已读")
    alone = client.get("/messages?unread=1").text
    assert "早的未读" in alone
    assert "晚的已读" not in alone
    assert "晚的已读" in client.get("/messages?page=4").text
    with unit_of_work(make_ctx(school, user=student)) as ctx:
        mark_read(ctx)
    assert "没有未读的消息" in client.get("/messages?unread=1").text


def _ids(ctx: Context) -> list[int]:
    return [row.id for row in list_notices(ctx).rows]
