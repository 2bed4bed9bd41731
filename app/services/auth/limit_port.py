"""The interface of the login counters; they are kept outside the database, since most of them expire in minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LoginTry:
    """One login attempt.

    Args:
        mark: the unique name of the attempt, so that it can be taken back.
        subject: the account, or a keyed fingerprint of the typed name when there is no such account.
        network: the client (``app.rules.auth.login_names.client_network``).
        device: the name of a device on which this account has logged in before.
        at: the time of the attempt.
    """

    mark: str
    subject: str
    network: str
    device: str | None
    at: datetime


class LoginLimits(Protocol):
    """Counts the failed logins of one school."""

    def take(self, attempt: LoginTry) -> int:
        """Count the attempt before it is known to fail, so that parallel attempts cannot pass together.

        Returns:
            0 to go on, or the seconds to wait; an attempt that has to wait is not counted.
        """

    def give_back(self, attempt: LoginTry) -> None:
        """Take the attempt back, because it did not fail."""

    def note_failure(self, attempt: LoginTry) -> bool:
        """Record that this account failed at this address; return whether the address has many failures by now."""
