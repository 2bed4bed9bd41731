"""The names of background jobs and the port through which they are sent; ``workers`` implements it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol


class JobName(StrEnum):
    """Every job there is; each has one handler in ``workers.handlers``."""

    CHECK_IMPORT = "check_import"
    APPLY_IMPORT = "apply_import"
    SEND_MAIL = "send_mail"
    #: Mails are due: each becomes a job of its own. It concerns all schools and has no payload.
    WAKE_MAILS = "wake_mails"


class Enqueue(Protocol):
    """Sends a job; called after the commit, with ids and scalars only."""

    def __call__(self, name: JobName, school_id: int, payload: Mapping[str, int | str]) -> None: ...


def discard(name: JobName, school_id: int, payload: Mapping[str, int | str]) -> None:
    """An ``Enqueue`` that sends nothing: for callers that run the work themselves, like the shell."""
