"""Conversion of letters into mail messages (RFC 5322)."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.services.messages.mail_port import Letter

#: Seven bits, which every server supports.
_POLICY = SMTP.clone(cte_type="7bit")


def make_message(letter: Letter, sender: str, recipient: str) -> EmailMessage:
    """Return the message, with plain text first and HTML as its alternative.

    Args:
        sender: the platform's address; the display name is the school's.
        recipient: the recipient's address, in ASCII.
    """
    message = EmailMessage(policy=_POLICY)
    domain = sender.rpartition("@")[2]
    name = " ".join("".join(c if c.isprintable() else " " for c in letter.sender_name).split())
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = letter.words.subject
    message["Date"] = format_datetime(letter.date)
    # the same for every attempt, so that receivers can recognise a repeated mail
    message["Message-ID"] = f"<mail.{letter.school.id}.{letter.mail_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.words.text)
    message.add_alternative(letter.words.html, subtype="html")
    return message
