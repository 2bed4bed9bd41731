"""What was done for each school once a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base


class DailyRun(Base):
    """On which day a school's daily tasks last ran; the sweeper reads all schools' rows, like the outboxes."""

    __tablename__ = "daily_runs"

    school_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schools.id"), primary_key=True)
    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    ran_on: Mapped[date] = mapped_column(Date)
