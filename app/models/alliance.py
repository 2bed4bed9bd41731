"""Visits of the secretariat to schools."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    LargeBinary,
    String,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt, Moment, RowId
from tenants.db import Base, SchoolScoped


class SupportVisit(SchoolScoped, Base):
    """A visit of a secretary to a school (进入学校), with a reason and an end; the school can read it."""

    __tablename__ = "support_visits"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_support_visits_alliance",
        ),
    )

    id: Mapped[RowId]
    alliance_id: Mapped[int] = mapped_column(BigInteger)
    secretary_id: Mapped[int] = mapped_column(BigInteger)
    secretary_name: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500))
    #: The keyed digest of the link's single-use token; NULL after use.
    token_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[CreatedAt]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the school and the alliance of the secretary."""
        return or_(cls.school_id == school_id, cls.alliance_id == school_id)
