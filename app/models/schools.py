"""Settings of schools, and their daily figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    String,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt
from tenants.db import Base, SchoolScoped


class SchoolSettings(SchoolScoped, Base):
    """The settings of a school, in one row that is created when first needed."""

    __tablename__ = "school_settings"
    __table_args__ = (
        CheckConstraint("initial_password IN ('rule', 'random')", name="initial_password"),
        CheckConstraint("slip_days BETWEEN 1 AND 365", name="slip_days"),
    )

    initial_password: Mapped[str] = mapped_column(String(16), default="rule", server_default="rule")
    slip_days: Mapped[int] = mapped_column(Integer, default=30, server_default="30")
    mail_sender: Mapped[str | None] = mapped_column(String(64))
    help_contact: Mapped[str | None] = mapped_column(String(200))


class SchoolFigure(SchoolScoped, Base):
    """The figures of a school on a day, for its alliance: numbers only, written in the school's own scope."""

    __tablename__ = "school_figures"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_school_figures_alliance",
        ),
    )

    day: Mapped[date] = mapped_column(Date, primary_key=True, sort_order=-1)
    alliance_id: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(Integer)
    activated: Mapped[int] = mapped_column(Integer)
    courses_online: Mapped[int] = mapped_column(Integer)
    registrations: Mapped[int] = mapped_column(Integer)
    last_activity_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    counted_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the school and its alliance."""
        return or_(cls.school_id == school_id, cls.alliance_id == school_id)
