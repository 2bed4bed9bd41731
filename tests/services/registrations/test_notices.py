"""Notices to people about registrations that others made."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.context import Context
from app.errors import Message
from app.models import Mail, Notice, User
from app.services.registrations.notices import tell_added, tell_promoted, tell_removed, tell_waiting_removed
from app.uow import unit_of_work
from tenants.registry import SchoolInfo
from tests.support.courses import put_course, put_offering

MakeCtx = Callable[..., Context]


@pytest.mark.parametrize(
    ("tell", "subject", "says", "leads_to_the_course"),
    [
        (tell_promoted, "候补成功：药理学", "2026-09-15 前退选", True),
        (tell_added, "您已注册课程：药理学", "已为您注册“药理学”", True),
        (
            lambda *about: tell_removed(*about, reason="重复选课"),
            "您已被移出课程：药理学",
            "原因：重复选课",
            False,
        ),
        (tell_waiting_removed, "您已被移出候补：药理学", "候补名单", False),
    ],
    ids=["promoted", "added", "removed", "waiting removed"],
)
def test_each_is_told_and_mailed_where_there_is_an_address(
    make_ctx: MakeCtx,
    alliance: SchoolInfo,
    school: SchoolInfo,
    make_user: Callable[..., User],
    tell: Callable[..., None],
    subject: str,
    says: str,
    leads_to_the_course: bool,
) -> None:
    offering = put_offering(alliance, school, put_course(school, title="药理学"))
    first, second = make_user(school, email="a@example.cn"), make_user(school)
    make_user(school, email="b@example.cn")
    with unit_of_work(make_ctx(school)) as ctx:
        tell(ctx, offering, [first.id, second.id])
        tell(ctx, offering, [])
    session = make_ctx(school).session
    notices = session.scalars(select(Notice).order_by(Notice.user_id)).all()
    assert [notice.user_id for notice in notices] == [first.id, second.id]
    for notice in notices:
        assert str(Message.from_json(notice.subject)) == subject
        assert says in str(Message.from_json(notice.body))
        assert notice.link == (f"/courses/{offering.id}" if leads_to_the_course else "/my/courses")
    assert session.scalars(select(Mail.recipient)).all() == ["a@example.cn"]
