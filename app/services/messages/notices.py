"""Messages (消息) to people: written with what causes them, mailed to those with a confirmed address."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import Notice, User
from app.services.messages.mail_queue import NewMail, Reader, queue_mails
from app.services.shared.locks import Hold, locking
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


@dataclass(frozen=True, slots=True)
class News:
    """One message, and whom it is for.

    Args:
        user_ids: people of this school.
        subject: one short sentence.
        body: what happened and what to do now.
        link: a path on the school's host that leads on, at most 200 characters.
    """

    user_ids: Collection[int]
    subject: Message
    body: Message
    link: str | None = None


def notify(ctx: Context, *, user_id: int, subject: Message, body: Message, link: str | None = None) -> None:
    """Write a message to one person; see ``notify_many``."""
    notify_many(ctx, [News([user_id], subject, body, link)])


def notify_many(ctx: Context, news: Iterable[News]) -> int:
    """Write messages to people of this school, and queue mails to those with open accounts and confirmed addresses.

    It takes the same few statements and one job, whatever the number of messages and readers. An act collects what it
    has to say and calls this once, at its end: who is told is held by id (``app.services.shared.locks``).

    Returns:
        how many messages were written.
    """
    rows = sorted(((user_id, one) for one in news for user_id in set(one.user_ids)), key=lambda pair: pair[0])
    if not rows:
        return 0
    notices = [
        {
            "school_id": ctx.school.id,
            "user_id": user_id,
            "subject": one.subject.as_json(),
            "body": one.body.as_json(),
            "link": one.link,
        }
        for user_id, one in rows
    ]
    # With RETURNING all rows go into one statement, and with the NULLs written out those without a link, too.
    ctx.session.execute(
        insert(Notice).returning(Notice.id), notices, execution_options={"render_nulls": True}
    )
    found = ctx.session.execute(
        select(User.id, User.email, User.real_name).where(
            User.id.in_({user_id for user_id, _ in rows}), User.status == "active", User.email.is_not(None)
        )
    )
    readers = {row.id: Reader(row.id, row.email or "", row.real_name) for row in found}
    mails = [NewMail(readers[user_id], "notice", _params(one)) for user_id, one in rows if user_id in readers]
    queue_mails(ctx, mails)
    return len(rows)


def notify_administrators(ctx: Context, *, subject: Message, body: Message, link: str | None = None) -> int:
    """Write a message to every active administrator of this school but the acting one; arguments as of ``News``.

    Returns:
        how many were written.
    """
    readers = ctx.session.scalars(
        select(User.id).where(
            User.school_id == ctx.school.id,
            User.kind == "administrator",
            User.status == "active",
            User.id != (account_here(ctx) or 0),
        )
    )
    return notify_many(ctx, [News(readers.all(), subject, body, link)])


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
    unread = select(Notice.id).where(Notice.user_id == acting_user_id(ctx), Notice.read_at.is_(None))
    if notice_ids is not None:
        unread = unread.where(Notice.id.in_(notice_ids))
    # Held by id: two windows of the same person may do this at once.
    ids = ctx.session.scalars(locking(unread, Notice, Hold.WRITE)).all()
    ctx.session.execute(
        update(Notice).where(Notice.id.in_(ids)).values(read_at=ctx.now()),
        execution_options={"synchronize_session": False},
    )
    return len(ids)


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


def _params(news: News) -> dict[str, Any]:
    """What the mail says besides the name."""
    return {
        "subject": news.subject.as_json(),
        "body": news.body.as_json(),
        "link": news.link or "/messages",
    }


def _row(notice: Notice) -> NoticeRow:
    return NoticeRow(
        notice.id,
        Message.from_json(notice.subject),
        Message.from_json(notice.body),
        notice.link,
        notice.created_at,
        notice.read_at,
    )
