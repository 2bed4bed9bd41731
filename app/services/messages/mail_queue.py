"""The queue of outgoing mails: filled in the transaction that causes them, sent by a worker, never twice.

A mail becomes ``sending`` (committed) before the server is contacted. A process that finds it there later cannot know
whether it was accepted, so it becomes ``unclear`` and is never sent again. Due times use the database's clock, as
they are compared between machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Conflict, Message, NotFound, msg
from app.jobs import JobName
from app.models import Mail, MailOutbox
from app.rules.permissions import Action
from app.services.background.outbox import UnitOfWorkFactoryFor, sweep_outbox
from app.services.messages.mail_port import MailContent
from app.services.schools.settings import get_settings
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import require
from tenants.db import db
from tenants.registry import find_by_id

#: A mail's job that has not been taken for this long counts as lost and is sent again.
LOST = timedelta(seconds=30)
#: A mail that has been sending for this long counts as abandoned; longer than any job may run.
LEFT_BEHIND = timedelta(minutes=15)
#: Minutes to wait after the first, second … attempt that the server deferred.
WAITS = (1, 5, 15, 30, 60, 180, 360)
#: Attempts after which a mail is given up.
MOST_ATTEMPTS = len(WAITS) + 1

_UNCLEAR = msg("发送时中断，不能确定对方是否收到；为避免重复，不再发送")


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that this process, and no other, sends now; ``attempt`` counts from 1."""

    mail_id: int
    attempt: int
    recipient: str
    sender_name: str
    content: MailContent


@dataclass(frozen=True, slots=True)
class Reader:
    """The recipient of a mail: the account, the address, and the name in the greeting."""

    user_id: int
    recipient: str
    name: str


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to be queued.

    Args:
        reader: the recipient; the mail is deleted with the account.
        template: one of the names in ``app.web.messages.mail_words``: ``confirm_email`` (``link``), ``notice``
            (``subject`` and ``body`` as ``Message.as_json``, ``link``), ``password_reset_done``. A ``link`` is a path
            on the school's host, or a whole address there.
        params: plain JSON values for the template besides the name; never a password or an ID number.
        language: ``zh`` or ``en``.
    """

    reader: Reader
    template: str
    params: Mapping[str, Any] = field(default_factory=dict)
    language: str = "zh"


def queue_mails(ctx: Context, mails: Sequence[NewMail]) -> list[int]:
    """Queue mails to be sent once this unit of work has been committed; nothing here waits for a mail server.

    It takes two statements and one job, whatever their number: the worker makes a job of each mail (``wake_mails``).

    Args:
        mails: in the order of the recipients' ids; the caller has checked that the addresses may be written to.

    Returns:
        their ids.
    """
    if not mails:
        return []
    rows = [
        {
            "school_id": ctx.school.id,
            "user_id": mail.reader.user_id,
            "recipient": mail.reader.recipient,
            "template": mail.template,
            "params": {"name": mail.reader.name, **mail.params},
            "language": mail.language,
        }
        for mail in mails
    ]
    ids = list(ctx.session.scalars(insert(Mail).returning(Mail.id), rows))
    due = [{"school_id": ctx.school.id, "mail_id": mail_id} for mail_id in ids]
    ctx.session.execute(insert(MailOutbox).returning(MailOutbox.mail_id), due)
    ctx.wake(JobName.WAKE_MAILS)
    return ids


def take_mail(ctx: Context, *, mail_id: int, attempt: int) -> Taken | None:
    """Take a mail for sending; from the commit on it belongs to this process alone.

    Args:
        attempt: the number of attempts when the job was sent; an outdated job does nothing.
    """
    mail = _locked(ctx, mail_id)
    if mail is None or mail.state != "queued" or mail.attempts != attempt:
        return None
    mail.state, mail.attempts = "sending", attempt + 1
    _due_in(ctx, mail.id, LEFT_BEHIND)
    content = MailContent(mail.template, mail.params, mail.language)
    sender = get_settings(ctx).mail_sender or ctx.school.name
    return Taken(mail.id, mail.attempts, mail.recipient, sender, content)


def mark_sent(ctx: Context, taken: Taken) -> None:
    """Record that the server has accepted the mail."""
    mail = _mine(ctx, taken, "sending", "unclear")
    if mail is not None:
        mail.sent_at = ctx.now()
        _end(ctx, mail, "sent", None)


def mark_unclear(ctx: Context, taken: Taken, reason: Message | None = None) -> None:
    """Record that nobody knows whether the server has accepted the mail."""
    mail = _mine(ctx, taken, "sending")
    if mail is not None:
        _end(ctx, mail, "unclear", reason or _UNCLEAR)


def mark_failed(ctx: Context, taken: Taken, reason: Message) -> None:
    """Record that the mail was rejected for good."""
    mail = _mine(ctx, taken, "sending")
    if mail is not None:
        _end(ctx, mail, "failed", reason)


def put_back(ctx: Context, taken: Taken, reason: Message) -> None:
    """Put a deferred mail back: wait longer after each attempt, and give it up after the last."""
    mail = _mine(ctx, taken, "sending")
    if mail is None:
        return
    if mail.attempts >= MOST_ATTEMPTS:
        _end(ctx, mail, "failed", reason)
        return
    mail.state, mail.error = "queued", reason.as_json()
    _due_in(ctx, mail.id, timedelta(minutes=WAITS[mail.attempts - 1]))


def retry_mail(ctx: Context, *, mail_id: int) -> Mail:
    """Send a failed mail again, with a full number of attempts.

    Raises:
        NotAllowed: only administrators may.
        NotFound: there is no such mail.
        Conflict: the mail has not failed; a mail that was sent, or perhaps sent, is not sent again.
    """
    require(ctx, Action.SEE_MAILS)
    mail = ctx.session.scalar(locking(select(Mail).where(Mail.id == mail_id), Mail, Hold.WRITE))
    if mail is None:
        raise NotFound(msg("没有找到这封邮件"))
    if mail.state != "failed":
        raise Conflict(msg("只有发送失败的邮件可以重新发送"))
    mail.state, mail.attempts, mail.error = "queued", 0, None
    _due_in(ctx, mail.id, timedelta())
    ctx.wake(JobName.WAKE_MAILS)
    record(ctx, "mail.retried", "mail", mail.id)
    return mail


def wake_mails(*, units_for: UnitOfWorkFactoryFor) -> int:
    """Send a job for every mail that is due, school by school; the sweep handles mails left in sending.

    Args:
        units_for: opens units of work in a school.

    Returns:
        the number of jobs that were sent.
    """
    # Not through a session: a session sees one school, and the outbox is read before any school is known.
    with db.engine.connect() as connection:
        waiting = select(MailOutbox.school_id).where(MailOutbox.due_at <= func.now()).distinct()
        school_ids = sorted(connection.scalars(waiting))
    done = 0
    for school in filter(None, map(find_by_id, school_ids)):
        with units_for(school)() as ctx:
            done += _send_due(ctx)
    return done


def _send_due(ctx: Context) -> int:
    due = (
        select(Mail.id, Mail.attempts)
        .join(MailOutbox, and_(MailOutbox.school_id == Mail.school_id, MailOutbox.mail_id == Mail.id))
        .where(Mail.state == "queued", MailOutbox.due_at <= func.now())
    )
    mails = ctx.session.execute(locking(due, Mail, Hold.WRITE, skip_locked=True)).all()
    if mails:
        ids = [mail_id for mail_id, _ in mails]
        ctx.session.execute(
            update(MailOutbox)
            .where(MailOutbox.school_id == ctx.school.id, MailOutbox.mail_id.in_(ids))
            .values(due_at=func.now() + LOST)
        )
    for mail_id, attempts in mails:
        ctx.send_later(JobName.SEND_MAIL, mail_id=mail_id, attempt=attempts)
    return len(mails)


def sweep_mails(*, units_for: UnitOfWorkFactoryFor) -> int:
    """Send the jobs of due mails, and close those whose sender died.

    Returns:
        the number of mails that were due.
    """
    return sweep_outbox(MailOutbox, MailOutbox.mail_id, take=_take_due, units_for=units_for)


def _take_due(ctx: Context, mail_id: int) -> bool:
    mail = _locked(ctx, mail_id)
    still_due = select(MailOutbox.mail_id).where(*_outbox(ctx, mail_id), MailOutbox.due_at <= func.now())
    if mail is None or ctx.session.scalar(still_due) is None:
        return False
    if mail.state == "sending":
        _end(ctx, mail, "unclear", _UNCLEAR)
    else:
        _due_in(ctx, mail_id, LOST)
        ctx.send_later(JobName.SEND_MAIL, mail_id=mail_id, attempt=mail.attempts)
    return True


def _locked(ctx: Context, mail_id: int) -> Mail | None:
    """Return the mail, locked until the end of this transaction; ``None`` while another transaction holds it."""
    return ctx.session.scalar(
        locking(select(Mail).where(Mail.id == mail_id), Mail, Hold.WRITE, skip_locked=True)
    )


def _mine(ctx: Context, taken: Taken, *states: str) -> Mail | None:
    same = (Mail.id == taken.mail_id, Mail.attempts == taken.attempt, Mail.state.in_(states))
    return ctx.session.scalar(locking(select(Mail).where(*same), Mail, Hold.WRITE))


def _end(ctx: Context, mail: Mail, state: str, reason: Message | None) -> None:
    mail.state, mail.error = state, reason.as_json() if reason else None
    ctx.session.execute(delete(MailOutbox).where(*_outbox(ctx, mail.id)))


def _due_in(ctx: Context, mail_id: int, wait: timedelta) -> None:
    due_at = func.now() + wait
    row = insert(MailOutbox).values(school_id=ctx.school.id, mail_id=mail_id, due_at=due_at)
    again = row.on_conflict_do_update(index_elements=["school_id", "mail_id"], set_={"due_at": due_at})
    ctx.session.execute(again)


def _outbox(ctx: Context, mail_id: int) -> tuple[Any, ...]:
    return MailOutbox.school_id == ctx.school.id, MailOutbox.mail_id == mail_id
