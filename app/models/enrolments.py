"""Who is registered for an offering, who waits for a seat, and what whole classes were registered for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.offerings import CourseOffering
from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class Enrolment(SchoolScoped, Base):
    """A person registered for an offering; ``withdrawn_at`` keeps the trace of one who left.

    ``source``: the person himself, his class (选课), staff, or the waiting list.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("school_id", "offering_id", "user_id"),
        ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_enrolments_offering",
        ),
        ForeignKeyConstraint(
            ["school_id", "user_id"], ["users.school_id", "users.id"], name="fk_enrolments_user"
        ),
        ForeignKeyConstraint(
            ["school_id", "selection_id"],
            ["class_selections.school_id", "class_selections.id"],
            name="fk_enrolments_selection",
            ondelete="SET NULL (selection_id)",
        ),
        CheckConstraint("source IN ('self', 'class', 'staff', 'waiting')", name="source"),
        Index("ix_enrolments_user", "school_id", "user_id"),
        Index("ix_enrolments_selection", "school_id", "selection_id"),
    )

    id: Mapped[RowId]
    offering_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    registered_at: Mapped[CreatedAt]
    source: Mapped[str] = mapped_column(String(16), default="self", server_default="self")
    #: The 选课 that registered this person.
    selection_id: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    offering: Mapped[CourseOffering] = relationship(
        CourseOffering,
        foreign_keys="[Enrolment.school_id, Enrolment.offering_id]",
        viewonly=True,
        lazy="raise",
    )


class WaitingPlace(SchoolScoped, Base):
    """A person who waits for a seat in an offering; the lowest id comes first."""

    __tablename__ = "waiting_places"
    __table_args__ = (
        UniqueConstraint("school_id", "offering_id", "user_id"),
        ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_waiting_places_offering",
        ),
        ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_waiting_places_user",
            ondelete="CASCADE",
        ),
        Index("ix_waiting_places_user", "school_id", "user_id"),
    )

    id: Mapped[RowId]
    offering_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]


class ClassSelection(SchoolScoped, Base):
    """One 「选择课程」 of a class for an offering (manual 8.3): what it did, so that it can be told and undone."""

    __tablename__ = "class_selections"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "class_id"],
            ["classes.school_id", "classes.id"],
            name="fk_class_selections_class",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_class_selections_offering",
        ),
        ForeignKeyConstraint(
            ["school_id", "created_by"],
            ["users.school_id", "users.id"],
            name="fk_class_selections_created_by",
        ),
        Index("ix_class_selections_class", "school_id", "class_id", "id"),
        Index("ix_class_selections_created_by", "school_id", "created_by"),
    )

    id: Mapped[RowId]
    class_id: Mapped[int] = mapped_column(BigInteger)
    offering_id: Mapped[int] = mapped_column(BigInteger)
    registered: Mapped[int] = mapped_column(Integer)
    already: Mapped[int] = mapped_column(Integer)
    #: reason -> number of students who could not be registered.
    refused: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    #: None when a visiting secretary did it, whose account is the alliance's.
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ClassCourse(SchoolScoped, Base):
    """A class was registered for an offering; ``later_joiners`` is the answer, asked once, for those who come later."""

    __tablename__ = "class_courses"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "class_id"],
            ["classes.school_id", "classes.id"],
            name="fk_class_courses_class",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_class_courses_offering",
        ),
        CheckConstraint("later_joiners IN ('ask', 'follow', 'stay')", name="later_joiners"),
    )

    class_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    offering_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    later_joiners: Mapped[str] = mapped_column(String(8), default="ask", server_default="ask")
    created_at: Mapped[CreatedAt]
