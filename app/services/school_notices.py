"""Messages to those who administer a school."""

from __future__ import annotations

from sqlalchemy import select

from app.context import Context
from app.errors import Message
from app.models import Notice, User
from app.services.mails import queue_mail


def notify_administrators(ctx: Context, *, subject: Message, body: Message, link: str) -> int:
    """Write a message to each active administrator of this school, and queue a mail where there is an address.

    Args:
        subject: one short sentence.
        body: what happened and what to do now.
        link: a path on the school's host that leads on.

    Returns:
        how many there are.
    """
    said, told = subject.as_json(), body.as_json()
    administrators = ctx.session.execute(
        select(User.id, User.email, User.real_name)
        .where(User.kind == "administrator", User.status == "active")
        .order_by(User.id)
    ).all()
    ctx.session.add_all(Notice(user_id=one.id, subject=said, body=told, link=link) for one in administrators)
    for one in administrators:
        if one.email is not None:
            params = {"name": one.real_name, "subject": said, "body": told, "link": link}
            queue_mail(ctx, user_id=one.id, recipient=one.email, template="notice", params=params)
    return len(administrators)
