"""The counters that a login asks; kept outside the database, since most of them are gone in minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LoginTry:
    """One attempt.

    Args:
        mark: a name of its own, so that the attempt can be taken back.
        subject: the account, or a keyed fingerprint of what was typed when there is no such account.
        network: the client (``app.rules.auth.login_names.client_network``).
        device: the name of a device on which this account has logged in before.
        at: now.
    """

    mark: str
    subject: str
    network: str
    device: str | None
    at: datetime


class LoginLimits(Protocol):
    """Counts the failures of one school."""

    def take(self, attempt: LoginTry) -> int:
        """Count the attempt before it is known to fail, so that parallel ones cannot pass together.

        Returns:
            0 to go on, or the seconds to wait; an attempt that has to wait is not counted.
        """

    def give_back(self, attempt: LoginTry) -> None:
        """Take the attempt back: it did not fail."""

    def note_failure(self, attempt: LoginTry) -> bool:
        """Note that this account failed at this address; whether the address is strained by now."""
