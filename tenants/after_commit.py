"""What follows a commit: it may fail, and the caller's work still counts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def failing_quietly(what: str, *values: object) -> Iterator[None]:
    """Log an error of the block with its traceback and go on.

    The rows are committed, so an error now would tell people that nothing was saved. What the block was to do is
    made up for elsewhere: an outbox is swept, a cache ends by its age, a session is checked against its account.

    Args:
        what: what failed, in the form of ``logging``.
        values: for the placeholders in ``what``; ids and names, nothing of a person.
    """
    try:
        yield
    except Exception:
        log.exception("after the commit: " + what, *values)
