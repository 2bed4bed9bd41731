"""What waits for workers, and what was done for each school once a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt
from tenants.db import Base


class Outbox:
    """Mixin of every outbox: something a worker still has to do, written in the transaction that wants it done.

    Not scoped: the sweeper reads the due rows of all schools at once, before any school is known. A row holds ids and
    times, nothing of a person; a school writes its own rows only. ``due_at`` counts by the database's clock,
    ``failures`` counts the sweeps in a row that could not take the row (``app.services.background.outbox``).
    """

    school_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-2)
    due_at: Mapped[CreatedAt]
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class DailyRun(Base):
    """On which day a school's daily tasks last ran; the sweeper reads all schools' rows, like the outboxes."""

    __tablename__ = "daily_runs"

    school_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schools.id"), primary_key=True)
    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    ran_on: Mapped[date] = mapped_column(Date)
