"""Mails on their way out: queued in the transaction that causes them, sent by a worker, never twice.

A mail is ``sending`` (committed) before the server is spoken to. Whoever finds it there later cannot know whether it
was taken, so it becomes ``unclear`` and is never sent again. Due times count by the database's clock, as they are
compared between machines.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func

from app.context import Context
from app.jobs import JobName
from app.models import Mail, MailOutbox

#: After this long without being taken, a mail's job counts as lost and is sent again.
LOST = timedelta(seconds=30)


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
        template: one of the names below ``templates/mail``: ``confirm_email`` (``name``, ``link``),
            ``request_decided`` (``name``, ``decision`` ``approved``/``rejected``, ``reason``), ``notice``
            (``name``, ``subject`` and ``body`` as ``Message.as_json``, ``link``), ``password_reset_done`` (``name``).
        params: plain JSON values for the template; never a password or an ID number.
        language: ``zh`` or ``en``.
    """
    mail = Mail(user_id=user_id, recipient=recipient, template=template, params=dict(params), language=language)
    ctx.session.add(mail)
    ctx.session.flush()
    ctx.session.add(MailOutbox(school_id=ctx.school.id, mail_id=mail.id, due_at=func.now() + LOST))
    ctx.session.flush()
    ctx.send_later(JobName.SEND_MAIL, mail_id=mail.id, attempt=0)
    return mail
