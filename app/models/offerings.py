"""Offerings of courses by schools, their assistants, and the public record of offerings online."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.courses import Course
from app.models.licences import CourseLicence
from app.models.types import CreatedAt, RowId
from app.rules.offerings.dates import Dates
from tenants.db import Base, SchoolScoped


class CourseOffering(SchoolScoped, Base):
    """A school's own offering of a course in a term: dates, seats, staff, publication.

    The four dates are whole days at the school, first and last day included. A course of another owner needs a
    licence; the check and the composite foreign key to ``course_licences`` enforce this.
    """

    __tablename__ = "course_offerings"
    __table_args__ = (
        UniqueConstraint("school_id", "course_owner_id", "course_id", "term"),
        ForeignKeyConstraint(
            ["course_owner_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_offerings_course",
        ),
        ForeignKeyConstraint(
            ["school_id", "licence_id", "course_owner_id", "course_id"],
            [
                "course_licences.school_id",
                "course_licences.id",
                "course_licences.course_owner_id",
                "course_licences.course_id",
            ],
            name="fk_course_offerings_licence",
        ),
        ForeignKeyConstraint(
            ["school_id", "operating_teacher_id"],
            ["users.school_id", "users.id"],
            name="fk_course_offerings_operating_teacher",
        ),
        CheckConstraint("course_owner_id = school_id OR licence_id IS NOT NULL", name="licensed"),
        CheckConstraint("status IN ('unhandled', 'declined', 'online', 'offline')", name="status"),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("starts_on <= ends_on", name="course_dates"),
        CheckConstraint("registration_starts_on <= registration_ends_on", name="registration_dates"),
        CheckConstraint(
            "status <> 'online' OR (starts_on IS NOT NULL AND ends_on IS NOT NULL"
            " AND registration_starts_on IS NOT NULL AND registration_ends_on IS NOT NULL)",
            name="online_has_dates",
        ),
    )

    id: Mapped[RowId]
    course_owner_id: Mapped[int] = mapped_column(BigInteger)
    course_id: Mapped[int] = mapped_column(BigInteger)
    licence_id: Mapped[int | None] = mapped_column(BigInteger)
    term: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="unhandled", server_default="unhandled")
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    registration_starts_on: Mapped[date | None] = mapped_column(Date)
    registration_ends_on: Mapped[date | None] = mapped_column(Date)
    #: The only 运营教师 (manual 7.2); ``OfferingAssistant`` has the assistants.
    operating_teacher_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The most people who may be registered, set by the school; a licence may set a lower limit.
    seats: Mapped[int | None] = mapped_column(Integer)
    #: The school's own assessment, if the licence allows one; NULL: the assessment of the course.
    assessment: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    #: The last notice about the licence's end: its last day and the days before it (``2026-12-31/30``).
    told_of_end: Mapped[str | None] = mapped_column(String(16))
    created_at: Mapped[CreatedAt]

    course: Mapped[Course] = relationship(
        Course, foreign_keys=[course_owner_id, course_id], viewonly=True, lazy="raise"
    )
    licence: Mapped[CourseLicence | None] = relationship(
        CourseLicence,
        primaryjoin="and_(CourseOffering.school_id == CourseLicence.school_id,"
        " CourseOffering.licence_id == CourseLicence.id)",
        foreign_keys="[CourseOffering.school_id, CourseOffering.licence_id]",
        viewonly=True,
        lazy="raise",
    )

    @property
    def dates(self) -> Dates:
        """The four dates as one value."""
        return Dates(
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            registration_starts_on=self.registration_starts_on,
            registration_ends_on=self.registration_ends_on,
        )

    @property
    def own(self) -> bool:
        """Whether the course is the school's own (本校慕课), which needs no licence."""
        return self.course_owner_id == self.school_id

    def is_licensed_on(self, day: date) -> bool:
        """Return whether the school may offer the course on a day; ``licence`` must be loaded."""
        return self.own or (self.licence is not None and self.licence.holds_on(day))


class OfferingAssistant(SchoolScoped, Base):
    """A teacher of the school who helps to run an offering (助教, manual 7.2)."""

    __tablename__ = "offering_assistants"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_offering_assistants_offering",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_offering_assistants_user",
        ),
        Index("ix_offering_assistants_user", "school_id", "user_id"),
    )

    offering_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    created_at: Mapped[CreatedAt]


class PublicOffering(SchoolScoped, Base):
    """A course that a school has online, for the alliance's public pages: the course and its dates only.

    Only the school can read the offering itself; this row holds what its site shows to everybody anyway. It is
    derived from the offering by ``app.services.offerings.public.publish_state`` and never edited.
    """

    __tablename__ = "course_showings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_course_showings_offering",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_course_showings_alliance",
        ),
    )

    offering_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    alliance_id: Mapped[int] = mapped_column(BigInteger)
    course_owner_id: Mapped[int] = mapped_column(BigInteger)
    course_id: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    registration_starts_on: Mapped[date] = mapped_column(Date)
    registration_ends_on: Mapped[date] = mapped_column(Date)

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the school and its alliance."""
        return or_(cls.school_id == school_id, cls.alliance_id == school_id)
