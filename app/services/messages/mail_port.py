"""The interfaces for wording and delivering mails; ``workers`` provides both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from app.errors import Message
from tenants.registry import SchoolInfo


@dataclass(frozen=True, slots=True)
class MailContent:
    """The content of a mail before it is worded: the template, its parameters and the language."""

    template: str
    params: Mapping[str, Any]
    language: str


@dataclass(frozen=True, slots=True)
class Worded:
    """A mail in words, as plain text and as HTML."""

    subject: str
    text: str
    html: str


class WordMail(Protocol):
    """Puts a mail into words."""

    def __call__(self, school: SchoolInfo, content: MailContent) -> Worded:
        """Return the words.

        Raises:
            LookupError, TypeError, ValueError: there is no such template, or a parameter is missing or wrong.
        """


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be sent.

    Args:
        mail_id: its number in the school; with ``school`` the Message-ID, so it stays the same over all attempts.
        sender_name: as the recipient's list shows it.
        date: the time in the header.
    """

    school: SchoolInfo
    mail_id: int
    sender_name: str
    recipient: str
    date: datetime
    words: Worded


class NotDelivered(Exception):
    """The server did not confirm the mail; ``reason`` is for the school's administrators."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.text)
        self.reason = reason


class TryLater(NotDelivered):
    """The mail was not accepted now, but may be later: the server is away, busy or asks for patience."""


class Refused(NotDelivered):
    """The mail was rejected for good."""


class Unclear(NotDelivered):
    """The mail had been handed over when the answer failed to arrive: nobody knows whether it was accepted."""


class MailTransport(Protocol):
    """Delivers a mail; returns when the server has accepted it."""

    def deliver(self, letter: Letter) -> None:
        """Hand the mail over.

        Raises:
            TryLater: not accepted now.
            Refused: rejected.
            Unclear: perhaps accepted.
        """
