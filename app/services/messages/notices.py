"""Messages (消息) to people: written with what causes them, mailed to those with a confirmed address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import Notice, User
from app.services.messages.mail_queue import queue_mail
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import account_here, acting_user_id


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A message as its reader's list shows it; ``link`` is a path of the student side."""

    id: int
    subject: Message
    body: Message
    link: str | None
    created_at: datetime
    read_at: datetime | None


def notify(ctx: Context, *, user_id: int, subject: Message, body: Message, link: str | None = None) -> None:
    """Write a message to a person of this school, and queue a mail where he has a confirmed address.

    Args:
        subject: one short sentence.
        body: what happened and what to do now.
        link: a path of the student side that leads on, at most 200 characters.
    """
    notice = Notice(user_id=user_id, subject=subject.as_json(), body=body.as_json(), link=link)
    ctx.session.add(notice)
    reader = select(User.email, User.real_name).where(User.id == user_id, User.status == "active")
    found = ctx.session.execute(reader.where(User.email.is_not(None))).one_or_none()
    if found is not None:
        params = {"name": found.real_name, "subject": subject.as_json(), "body": body.as_json()}
        params |= {"link": link or "/messages"}
        queue_mail(ctx, user_id=user_id, recipient=found.email, template="notice", params=params)


def notify_administrators(ctx: Context, *, subject: Message, body: Message, link: str | None = None) -> int:
    """Write a message to every active administrator of this school but the acting one; arguments as of ``notify``.

    Returns:
        how many were written.
    """
    readers = ctx.session.execute(
        select(User.id, User.email, User.real_name)
        .where(
            User.school_id == ctx.school.id,
            User.kind == "administrator",
            User.status == "active",
            User.id != (account_here(ctx) or 0),
        )
        .order_by(User.id)
    ).all()
    said, told = subject.as_json(), body.as_json()
    ctx.session.add_all(Notice(user_id=one.id, subject=said, body=told, link=link) for one in readers)
    for one in readers:
        if one.email is not None:
            params = {"name": one.real_name, "subject": said, "body": told, "link": link or "/messages"}
            queue_mail(ctx, user_id=one.id, recipient=one.email, template="notice", params=params)
    return len(readers)


def list_notices(ctx: Context, *, unread_only: bool = False, page: int = 1) -> Page[NoticeRow]:
    """The acting person's messages: the unread ones first, then the latest.

    Args:
        unread_only: leave out what has been read.
        page: counted from 1.
    """
    wanted = [Notice.user_id == acting_user_id(ctx)]
    if unread_only:
        wanted.append(Notice.read_at.is_(None))
    statement = select(Notice).where(*wanted).order_by(Notice.read_at.is_not(None), Notice.id.desc())
    return fetch_page(ctx.session, statement, _row, page=page)


def count_unread(ctx: Context) -> int:
    """How many messages the acting person has not read."""
    statement = select(func.count()).select_from(Notice)
    unread = statement.where(Notice.user_id == acting_user_id(ctx), Notice.read_at.is_(None))
    return ctx.session.scalar(unread) or 0


def mark_read(ctx: Context, *, notice_ids: Sequence[int] | None = None) -> int:
    """Mark own messages as read; all of them without ``notice_ids``.

    Returns:
        how many were unread before.
    """
    statement = update(Notice).where(Notice.user_id == acting_user_id(ctx), Notice.read_at.is_(None))
    if notice_ids is not None:
        statement = statement.where(Notice.id.in_(notice_ids))
    changed = ctx.session.execute(
        statement.values(read_at=ctx.now()).returning(Notice.id),
        execution_options={"synchronize_session": False},
    )
    return len(changed.all())


def open_notice(ctx: Context, *, notice_id: int) -> NoticeRow:
    """An own message, read from now on.

    Raises:
        NotFound: no such message, or somebody else's.
    """
    mine = (Notice.id == notice_id, Notice.user_id == acting_user_id(ctx))
    notice = ctx.session.scalar(select(Notice).where(*mine))
    if notice is None:
        raise NotFound(msg("没有找到这条消息"))
    if notice.read_at is None:
        notice.read_at = ctx.now()
    return _row(notice)


def _row(notice: Notice) -> NoticeRow:
    return NoticeRow(
        notice.id,
        Message.from_json(notice.subject),
        Message.from_json(notice.body),
        notice.link,
        notice.created_at,
        notice.read_at,
    )
