"""What passes between the alliance and its schools: announcements, figures, visits of the secretariat."""

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
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Text,
    or_,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt, Moment, RowId
from tenants.db import Base, SchoolScoped


class Announcement(SchoolScoped, Base):
    """An announcement (公告) of a school to its people, or of the alliance (``shared``) to all or some schools.

    Shared ones are readable by every school; ``to_all`` and ``AnnouncementTarget`` narrow that in the queries.
    """

    __tablename__ = "announcements"
    __table_args__ = (CheckConstraint("audience IN ('everyone', 'staff')", name="audience"),)

    id: Mapped[RowId]
    title: Mapped[str] = mapped_column(String(100))
    #: Rich text, cleaned when it was written.
    body: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(16), default="everyone", server_default="everyone")
    pinned: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    shared: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    to_all: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    #: NULL: not published yet.
    published_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: The last day on which it is shown; NULL: without end.
    ends_on: Mapped[date | None] = mapped_column(Date)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """The writer's rows and what the alliance shares."""
        return or_(cls.school_id == school_id, cls.shared)


class AnnouncementTarget(SchoolScoped, Base):
    """A school to which the alliance addressed an announcement; written by the alliance only."""

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
        """The school and the alliance."""
        return or_(cls.school_id == school_id, cls.owner_id == school_id)


class SchoolFigure(SchoolScoped, Base):
    """What a school counted on a day, for its alliance: numbers only, written in the school's own scope."""

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
        """The school and its alliance."""
        return or_(cls.school_id == school_id, cls.alliance_id == school_id)


class SupportVisit(SchoolScoped, Base):
    """A secretary enters a school (进入学校): with a reason, for a limited time, seen by the school."""

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
    #: Keyed digest of the link's single-use token; NULL once it was used.
    token_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[CreatedAt]
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[Moment]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """The school and the alliance whose secretary came."""
        return or_(cls.school_id == school_id, cls.alliance_id == school_id)


class DailyRun(Base):
    """On which day a school's daily tasks last ran; the sweeper reads all schools' rows, like the outboxes."""

    __tablename__ = "daily_runs"

    school_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schools.id"), primary_key=True)
    task: Mapped[str] = mapped_column(String(32), primary_key=True)
    ran_on: Mapped[date] = mapped_column(Date)
