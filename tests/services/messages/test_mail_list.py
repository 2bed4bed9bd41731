"""The mails of a school, for those who look after them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.context import Context
from app.errors import NotAllowed, NotFound, msg
from app.rules.permissions import Role
from app.services.messages.mail_list import get_mail, list_mails, recent_mails
from app.services.messages.mail_port import Refused
from app.services.messages.mail_queue import (
    retry_mail,
)
from tenants.registry import SchoolInfo
from tests.support.post import Post


def test_the_list_masks_addresses_and_is_for_administrators(
    post: Post, make_ctx: Callable[..., Context], other_school: SchoolInfo
) -> None:
    mail_id = post.queue(recipient="lihua@example.com")
    post.queue(recipient="other@example.com")
    ctx = make_ctx(post.school)
    assert [row.recipient for row in list_mails(ctx, text="LiHua@example.com").rows] == ["l***@example.com"]
    assert list_mails(ctx, text=post.user.real_name).total == 2
    assert list_mails(ctx, text="lihua").total == 0
    assert list_mails(ctx, state="failed").total == 0
    for act in (
        list_mails,
        lambda ctx: get_mail(ctx, mail_id=mail_id),
        lambda ctx: retry_mail(ctx, mail_id=mail_id),
    ):
        for role in (Role.TEACHER, Role.STUDENT):
            with pytest.raises(NotAllowed):
                act(make_ctx(post.school, role))
    assert list_mails(make_ctx(other_school)).total == 0
    for act in (get_mail, retry_mail):
        with pytest.raises(NotFound):
            act(make_ctx(other_school), mail_id=mail_id)


def test_the_latest_are_read_whole_where_mails_are_kept_instead_of_sent(
    post: Post, make_ctx: Callable[..., Context], other_school: SchoolInfo
) -> None:
    for number in range(3):
        post.queue(recipient=f"s{number}@example.com")
    kept = recent_mails(make_ctx(post.school), count=2)
    assert [row.recipient for row in kept] == ["s2@example.com", "s1@example.com"]
    assert recent_mails(make_ctx(other_school), count=2) == []


def test_a_mail_that_failed_says_why(post: Post, make_ctx: Callable[..., Context]) -> None:
    mail_id = post.queue()
    post.carrier.outcome = Refused(msg("地址不存在"))
    post.send(mail_id)
    ctx = make_ctx(post.school)
    row = get_mail(ctx, mail_id=mail_id)
    assert (row.state, str(row.reason), row.name) == ("failed", "地址不存在", post.user.real_name)
    assert [one.id for one in list_mails(ctx, state="failed").rows] == [mail_id]
