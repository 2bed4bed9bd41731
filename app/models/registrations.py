"""Registrations for offerings, and places on their waiting lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.offerings import CourseOffering
from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class Registration(SchoolScoped, Base):
    """A registration of a person for an offering; withdrawn ones are kept with ``withdrawn_at``.

    ``source`` is who registered the person: the person, the class (选课), staff, or the waiting list.
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
    #: The 选课 that registered the person.
    selection_id: Mapped[int | None] = mapped_column(BigInteger)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    offering: Mapped[CourseOffering] = relationship(
        CourseOffering,
        foreign_keys="[Registration.school_id, Registration.offering_id]",
        viewonly=True,
        lazy="raise",
    )


class WaitingPlace(SchoolScoped, Base):
    """A person's place on the waiting list of an offering; the lowest id is first."""

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
