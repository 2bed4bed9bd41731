"""Mails on their way out: queued in the transaction that causes them, sent by a worker, never twice.

A mail is ``sending`` (committed) before the server is spoken to. Whoever finds it there later cannot know whether it
was taken, so it becomes ``unclear`` and is never sent again. Due times count by the database's clock, as they are
compared between machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Conflict, Message, NotFound, msg
from app.jobs import JobName
from app.models import Mail, MailOutbox
from app.rules.permissions import Action
from app.services.background.outbox import UnitsFor, sweep_outbox
from app.services.messages.mail_port import MailContent
from app.services.schools.settings import get_settings
from app.services.shared.audit import record
from app.services.shared.require_permission import require

#: After this long without being taken, a mail's job counts as lost and is sent again.
LOST = timedelta(seconds=30)
#: After this long a mail that is being sent counts as left behind; longer than any job may run.
LEFT_BEHIND = timedelta(minutes=15)
#: Minutes to wait after the first, second … attempt that the server put off.
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
    """Somebody who is to get a mail, and the name by which he is greeted."""

    user_id: int
    recipient: str
    name: str


def queue_mail(
    ctx: Context,
    *,
    user_id: int,
    recipient: str,
    template: str,
    params: Mapping[str, Any],
    language: str = "zh",
) -> Mail:
    """Have a mail sent once this unit of work has been committed; nothing here waits for a mail server.

    Args:
        user_id: the person it is for; the mail goes with the account.
        recipient: the address; the caller knows that it may be written to.
        template: one of the names in ``app.web.messages.mail_words``: ``confirm_email`` (``name``, ``link``),
            ``notice`` (``name``, ``subject`` and ``body`` as ``Message.as_json``, ``link``),
            ``password_reset_done`` (``name``). A ``link`` is a path on the school's host, or a whole address there.
        params: plain JSON values for the template; never a password or an ID number.
        language: ``zh`` or ``en``.
    """
    mail = Mail(
        user_id=user_id, recipient=recipient, template=template, params=dict(params), language=language
    )
    ctx.session.add(mail)
    ctx.session.flush()
    _due_in(ctx, mail.id, LOST)
    ctx.send_later(JobName.SEND_MAIL, mail_id=mail.id, attempt=0)
    return mail


def queue_mails(ctx: Context, *, readers: Sequence[Reader], template: str, language: str = "zh") -> None:
    """The same mail to many: rows only, which the sweep takes up within seconds, as thousands of jobs would not be
    sent within a request.

    Args:
        template: one that needs the name only.
    """
    if not readers:
        return
    same = {"school_id": ctx.school.id, "template": template, "language": language}
    rows = [
        {**same, "user_id": one.user_id, "recipient": one.recipient, "params": {"name": one.name}}
        for one in readers
    ]
    ids = ctx.session.scalars(insert(Mail).returning(Mail.id), rows).all()
    ctx.session.execute(insert(MailOutbox), [{"school_id": ctx.school.id, "mail_id": one} for one in ids])


def take_mail(ctx: Context, *, mail_id: int, attempt: int) -> Taken | None:
    """Take a mail for sending; from the commit on it is this process' alone.

    Args:
        attempt: how many attempts there were when the job was sent; an older job has nothing to do any more.
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
    """The server has taken the mail."""
    mail = _mine(ctx, taken, "sending", "unclear")
    if mail is not None:
        mail.sent_at = ctx.now()
        _end(ctx, mail, "sent", None)


def mark_unclear(ctx: Context, taken: Taken, reason: Message | None = None) -> None:
    """Nobody knows whether the server has taken the mail."""
    mail = _mine(ctx, taken, "sending")
    if mail is not None:
        _end(ctx, mail, "unclear", reason or _UNCLEAR)


def mark_failed(ctx: Context, taken: Taken, reason: Message) -> None:
    """The mail was refused for good."""
    mail = _mine(ctx, taken, "sending")
    if mail is not None:
        _end(ctx, mail, "failed", reason)


def put_back(ctx: Context, taken: Taken, reason: Message) -> None:
    """Not now: wait longer after each attempt, and give the mail up after the last."""
    mail = _mine(ctx, taken, "sending")
    if mail is None:
        return
    if mail.attempts >= MOST_ATTEMPTS:
        _end(ctx, mail, "failed", reason)
        return
    mail.state, mail.error = "queued", reason.as_json()
    _due_in(ctx, mail.id, timedelta(minutes=WAITS[mail.attempts - 1]))


def retry_mail(ctx: Context, *, mail_id: int) -> Mail:
    """Send a failed mail once more, with all its attempts.

    Raises:
        NotAllowed: only administrators may.
        NotFound: no such mail.
        Conflict: it has not failed; what was sent, or perhaps sent, is not sent again.
    """
    require(ctx, Action.SEE_MAILS)
    mail = ctx.session.scalar(select(Mail).where(Mail.id == mail_id).with_for_update())
    if mail is None:
        raise NotFound(msg("没有找到这封邮件"))
    if mail.state != "failed":
        raise Conflict(msg("只有发送失败的邮件可以重新发送"))
    mail.state, mail.attempts, mail.error = "queued", 0, None
    _due_in(ctx, mail.id, LOST)
    ctx.send_later(JobName.SEND_MAIL, mail_id=mail.id, attempt=0)
    record(ctx, "mail.retried", "mail", mail.id)
    return mail


def sweep_mails(*, units_for: UnitsFor) -> int:
    """Send the jobs of due mails, and close those whose sender died.

    Returns:
        how many mails were due.
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
    """The mail, held until the end of this transaction; none while another transaction holds it."""
    return ctx.session.scalar(select(Mail).where(Mail.id == mail_id).with_for_update(skip_locked=True))


def _mine(ctx: Context, taken: Taken, *states: str) -> Mail | None:
    same = (Mail.id == taken.mail_id, Mail.attempts == taken.attempt, Mail.state.in_(states))
    return ctx.session.scalar(select(Mail).where(*same).with_for_update())


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
