"""Announcements (公告) and the schools that they are for."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    ForeignKeyConstraint,
    String,
    Text,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class Announcement(SchoolScoped, Base):
    """An announcement (公告) of a school to its people, or of the alliance (``shared``) to all or some schools.

    Every school may read shared announcements; queries select by ``to_all`` and ``AnnouncementTarget``.
    """

    __tablename__ = "announcements"
    __table_args__ = (CheckConstraint("audience IN ('everyone', 'staff')", name="audience"),)

    id: Mapped[RowId]
    title: Mapped[str] = mapped_column(String(100))
    #: Rich text, cleaned when it is written.
    body: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(16), default="everyone", server_default="everyone")
    pinned: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    shared: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    to_all: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    #: NULL: not published yet.
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: The last day on which it is shown; NULL: no end.
    ends_on: Mapped[date | None] = mapped_column(Date)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the writer, and to every school for shared announcements."""
        return or_(cls.school_id == school_id, cls.shared)


class AnnouncementTarget(SchoolScoped, Base):
    """A school to which the alliance addresses an announcement; only the alliance writes it."""

    __tablename__ = "announcement_targets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "announcement_id"],
            ["announcements.school_id", "announcements.id"],
            name="fk_announcement_targets_announcement",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "owner_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_announcement_targets_owner",
        ),
    )
    writer_column = "owner_id"

    owner_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    announcement_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the school and the alliance."""
        return or_(cls.school_id == school_id, cls.owner_id == school_id)
