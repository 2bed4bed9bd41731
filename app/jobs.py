"""The names of background jobs and the port through which they are sent; ``workers`` implements it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol


class JobName(StrEnum):
    """The names of all jobs; each has a handler in ``workers.handlers``."""

    CHECK_IMPORT = "check_import"
    APPLY_IMPORT = "apply_import"
    SEND_MAIL = "send_mail"
    #: Mails are due: each becomes a job of its own. It concerns all schools and has no payload.
    WAKE_MAILS = "wake_mails"


class Enqueue(Protocol):
    """The interface for sending a job, after the commit and with ids and scalars only."""

    def __call__(self, name: JobName, school_id: int, payload: Mapping[str, int | str]) -> None: ...


def discard(name: JobName, school_id: int, payload: Mapping[str, int | str]) -> None:
    """Send nothing; an ``Enqueue`` for callers that do the work themselves, like the shell."""
