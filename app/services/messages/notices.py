"""Notices (消息) to people: written in the transaction that causes them, mailed to confirmed addresses."""

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
    """A notice in its reader's list; ``link`` is a path of the student side."""

    id: int
    subject: Message
    body: Message
    link: str | None
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class News:
    """One notice and its readers.

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
    """Write a notice to one person; see ``notify_many``."""
    notify_many(ctx, [News([user_id], subject, body, link)])


def notify_many(ctx: Context, news: Iterable[News]) -> int:
    """Write notices to people of this school, and queue mails to active accounts with confirmed addresses.

    This takes the same few statements and one job, whatever the number of notices and readers. A service collects its
    notices and calls this once, at its end: the readers are locked by id (``app.services.shared.locks``).

    Returns:
        the number of notices written.
    """
    rows = sorted(
        ((user_id, item) for item in news for user_id in set(item.user_ids)), key=lambda pair: pair[0]
    )
    if not rows:
        return 0
    notices = [
        {
            "school_id": ctx.school.id,
            "user_id": user_id,
            "subject": item.subject.as_json(),
            "body": item.body.as_json(),
            "link": item.link,
        }
        for user_id, item in rows
    ]
    # With RETURNING all rows go into one statement; with explicit NULLs, notices without a link do, too.
    ctx.session.execute(
        insert(Notice).returning(Notice.id), notices, execution_options={"render_nulls": True}
    )
    found = ctx.session.execute(
        select(User.id, User.email, User.real_name).where(
            User.id.in_({user_id for user_id, _ in rows}), User.status == "active", User.email.is_not(None)
        )
    )
    readers = {row.id: Reader(row.id, row.email or "", row.real_name) for row in found}
    mails = [
        NewMail(readers[user_id], "notice", _params(item)) for user_id, item in rows if user_id in readers
    ]
    queue_mails(ctx, mails)
    return len(rows)


def notify_administrators(ctx: Context, *, subject: Message, body: Message, link: str | None = None) -> int:
    """Write a notice to every active administrator of this school except the acting one; arguments as of ``News``.

    Returns:
        the number of notices written.
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
    """Return one page of the acting person's notices: the unread ones first, then the latest.

    Args:
        unread_only: leave out what has been read.
        page: counted from 1.
    """
    conditions = [Notice.user_id == acting_user_id(ctx)]
    if unread_only:
        conditions.append(Notice.read_at.is_(None))
    statement = select(Notice).where(*conditions).order_by(Notice.read_at.is_not(None), Notice.id.desc())
    return fetch_page(ctx.session, statement, _row, page=page)


def count_unread(ctx: Context) -> int:
    """Return how many notices the acting person has not read."""
    statement = select(func.count()).select_from(Notice)
    unread = statement.where(Notice.user_id == acting_user_id(ctx), Notice.read_at.is_(None))
    return ctx.session.scalar(unread) or 0


def mark_read(ctx: Context, *, notice_ids: Sequence[int] | None = None) -> int:
    """Mark own notices as read; all of them without ``notice_ids``.

    Returns:
        the number of notices that were unread before.
    """
    unread = select(Notice.id).where(Notice.user_id == acting_user_id(ctx), Notice.read_at.is_(None))
    if notice_ids is not None:
        unread = unread.where(Notice.id.in_(notice_ids))
    # Locked by id: two windows of the same person may do this at once.
    ids = ctx.session.scalars(locking(unread, Notice, Hold.WRITE)).all()
    ctx.session.execute(
        update(Notice).where(Notice.id.in_(ids)).values(read_at=ctx.now()),
        execution_options={"synchronize_session": False},
    )
    return len(ids)


def open_notice(ctx: Context, *, notice_id: int) -> NoticeRow:
    """Return an own notice and mark it as read.

    Raises:
        NotFound: there is no such notice, or it is somebody else's.
    """
    own_notice = (Notice.id == notice_id, Notice.user_id == acting_user_id(ctx))
    notice = ctx.session.scalar(select(Notice).where(*own_notice))
    if notice is None:
        raise NotFound(msg("没有找到这条消息"))
    if notice.read_at is None:
        notice.read_at = ctx.now()
    return _row(notice)


def _params(news: News) -> dict[str, Any]:
    """Return the parameters of the mail besides the name."""
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
