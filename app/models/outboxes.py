"""What the outboxes have in common: rows that wait for the sweeper, of all schools."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt


class Outbox:
    """Mixin of every outbox: something a worker still has to do, written in the transaction that wants it done.

    Not scoped: the sweeper reads the due rows of all schools at once, before any school is known. A row holds ids and
    times, nothing of a person; a school writes its own rows only. ``due_at`` counts by the database's clock,
    ``failures`` counts the sweeps in a row that could not take the row (``app.services.background.outbox``).
    """

    school_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-2)
    due_at: Mapped[CreatedAt]
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
