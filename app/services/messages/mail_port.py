"""What sending a mail needs from outside: somebody who words it, somebody who carries it; ``workers`` brings both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.errors import Message
from tenants.registry import SchoolInfo


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a mail says, before it is worded: the template, its parameters and the language."""

    template: str
    params: Mapping[str, Any]
    language: str


@dataclass(frozen=True, slots=True)
class Worded:
    """A mail in words, once plain and once as HTML."""

    subject: str
    text: str
    html: str


class WordMail(Protocol):
    """Puts a mail into words."""

    def __call__(self, school: SchoolInfo, content: MailContent) -> Worded:
        """The words.

        Raises:
            LookupError, TypeError, ValueError: there is no such template, or a parameter is missing or wrong.
        """


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to go.

    Args:
        mail_id: its number in the school; with ``school`` the Message-ID, so it stays the same over all attempts.
        sender_name: as the receiver's list shows it.
        date: the time in its head.
    """

    school: SchoolInfo
    mail_id: int
    sender_name: str
    recipient: str
    date: datetime
    words: Worded


class NotDelivered(Exception):
    """No answer that the mail was taken; ``reason`` is for the school's administrators."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


class TryLater(NotDelivered):
    """Not taken now, but perhaps later: the server is away, busy or asks for patience."""


class Refused(NotDelivered):
    """Not taken, and it will not be."""


class Unclear(NotDelivered):
    """The mail had been handed over when the answer stayed away: taken or not, nobody can know."""


class MailTransport(Protocol):
    """Carries a letter; returns when it was taken."""

    def deliver(self, letter: Letter) -> None:
        """Hand the letter over.

        Raises:
            TryLater: not taken now.
            Refused: not taken.
            Unclear: perhaps taken.
        """
