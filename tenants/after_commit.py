"""Work after a commit, whose failure must not affect the committed work."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def failing_quietly(what: str, *values: object) -> Iterator[None]:
    """Log an error of the block with its traceback, and continue.

    The rows are committed, so an error now would wrongly tell people that nothing was saved. Other mechanisms make up
    for the block: outboxes are swept, cached pages expire, sessions are checked against their accounts.

    Args:
        what: a description of the failure, as a format of ``logging``.
        values: the values of the placeholders in ``what``; ids and names, no personal data.
    """
    try:
        yield
    except Exception:
        log.exception("after the commit: " + what, *values)
