"""Outboxes, which hold work for the workers, and the daily runs of each school."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt
from tenants.db import Base


class Outbox:
    """The mixin of all outboxes: pending work, written in the transaction that requires it.

    Outboxes are not scoped: the sweeper reads the due rows of all schools at once, before any school is known. A row
    holds ids and times, no personal data; a school writes only its own rows. ``due_at`` follows the database's clock;
    ``failures`` counts the consecutive sweeps that failed to take the row (``app.services.background.outbox``).
    """

    school_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-2)
    due_at: Mapped[CreatedAt]
    failures: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class DailyRun(Base):
    """The day on which a daily task of a school last ran; like an outbox, the sweeper reads it for all schools."""

    __tablename__ = "daily_runs"

    school_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schools.id"), primary_key=True)
    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    ran_on: Mapped[date] = mapped_column(Date)
