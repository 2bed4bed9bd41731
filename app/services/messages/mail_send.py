"""Sending of one mail: taken and committed, delivered, and the result committed again."""

from __future__ import annotations

from app.errors import msg
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.messages.mail_port import Letter, MailTransport, Refused, TryLater, Unclear, WordMail
from app.services.messages.mail_queue import Taken, mark_failed, mark_sent, mark_unclear, put_back, take_mail


def run_send(
    units: UnitOfWorkFactory, *, mail_id: int, attempt: int, word: WordMail, transport: MailTransport
) -> None:
    """Send a mail, unless it has been taken or sent already, or waits for a later attempt.

    A process that dies between the two units of work leaves the mail ``sending``, and nobody sends it again.

    Args:
        attempt: the number of attempts when the job was sent.
        word: puts the mail into words.
        transport: delivers the mail.
    """
    with units() as ctx:
        taken = take_mail(ctx, mail_id=mail_id, attempt=attempt)
    if taken is None:
        return
    try:
        letter = _letter(units, taken, word)
    except (LookupError, TypeError, ValueError):
        with units() as ctx:
            mark_failed(ctx, taken, msg("邮件内容不完整，无法生成"))
        return
    try:
        transport.deliver(letter)
    except TryLater as error:
        with units() as ctx:
            put_back(ctx, taken, error.reason)
    except Refused as error:
        with units() as ctx:
            mark_failed(ctx, taken, error.reason)
    except Unclear as error:
        with units() as ctx:
            mark_unclear(ctx, taken, error.reason)
    else:
        with units() as ctx:
            mark_sent(ctx, taken)


def _letter(units: UnitOfWorkFactory, taken: Taken, word: WordMail) -> Letter:
    return Letter(
        school=units.school,
        mail_id=taken.mail_id,
        sender_name=taken.sender_name,
        recipient=taken.recipient,
        date=units.now(),
        words=word(units.school, taken.content),
    )
