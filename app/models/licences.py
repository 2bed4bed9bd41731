"""Licences to offer courses of other owners, the answers of schools, and imported licence sheets."""

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
    Integer,
    String,
    UniqueConstraint,
    or_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.models.courses import Course
from app.models.types import CreatedAt, RowId
from app.rules.licences.conditions import has_ended, holds
from tenants.db import Base, SchoolScoped


class CourseLicence(SchoolScoped, Base):
    """The alliance's permission for a school to offer a course; ``school_id`` is the licensee.

    The course belongs to the alliance, or to a member school that recommended it. Only the alliance of both writes
    the row (two foreign keys ensure that ``licensor_id`` is this alliance); licensee, owner and licensor read it.
    ``starts_on`` and ``ends_on`` are whole days at the school, both included; ``seats`` limits the registrations for
    an offering; ``local_assessment`` allows the school an assessment of its own (评价设置).
    """

    __tablename__ = "course_licences"
    __table_args__ = (
        UniqueConstraint("school_id", "course_owner_id", "course_id"),
        UniqueConstraint("school_id", "id", "course_owner_id", "course_id"),
        UniqueConstraint("school_id", "id", "licensor_id"),
        ForeignKeyConstraint(
            ["course_owner_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_licences_course",
        ),
        ForeignKeyConstraint(
            ["school_id", "licensor_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_course_licences_licensor",
        ),
        ForeignKeyConstraint(
            ["course_owner_id", "licensor_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_course_licences_owner",
        ),
        CheckConstraint("seats > 0", name="seats"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("school_id <> course_owner_id", name="not_ones_own"),
    )
    writer_column = "licensor_id"

    id: Mapped[RowId]
    course_owner_id: Mapped[int] = mapped_column(BigInteger)
    course_id: Mapped[int] = mapped_column(BigInteger)
    licensor_id: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    seats: Mapped[int | None] = mapped_column(Integer)
    #: The term that the licence is meant for (``app.rules.offerings.semesters``); NULL: any.
    term: Mapped[str | None] = mapped_column(String(16))
    local_assessment: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    created_at: Mapped[CreatedAt]

    course: Mapped[Course] = relationship(
        Course, foreign_keys=[course_owner_id, course_id], viewonly=True, lazy="raise"
    )

    def holds_on(self, day: date) -> bool:
        """Return whether the licence is valid on a day at the school."""
        return holds(self.starts_on, self.ends_on, day)

    def has_ended_on(self, day: date) -> bool:
        """Return whether the licence has ended on a day at the school."""
        return has_ended(self.ends_on, day)

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the licensee, the owner of the course and the licensor."""
        return or_(cls.school_id == school_id, cls.course_owner_id == school_id, cls.licensor_id == school_id)


class LicenceAnswer(SchoolScoped, Base):
    """A school's refusal of a licensed course, with its reason; deleted when the school reconsiders.

    The school writes it and the alliance reads it, because only the school can read its offering.
    """

    __tablename__ = "licence_answers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "licence_id", "licensor_id"],
            ["course_licences.school_id", "course_licences.id", "course_licences.licensor_id"],
            name="fk_licence_answers_licence",
            ondelete="CASCADE",
        ),
    )

    licence_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    licensor_id: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(500))
    answered_by_name: Mapped[str] = mapped_column(String(100))
    answered_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the school and the licensor."""
        return or_(cls.school_id == school_id, cls.licensor_id == school_id)


class LicenceImport(SchoolScoped, Base):
    """A checked sheet of licences: 保存 writes these rows, never data from the browser.

    ``rows`` holds the licences to be written (key, terms, old values), ``problems`` the rows that are left out,
    ``counts`` the number of each. Only the alliance reads and writes it.
    """

    __tablename__ = "licence_imports"
    __table_args__ = (CheckConstraint("state IN ('checked', 'applied', 'discarded')", name="state"),)

    id: Mapped[RowId]
    filename: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="checked", server_default="checked")
    rows: Mapped[list[dict[str, Any]]] = deferred(mapped_column(JSONB, nullable=False))
    problems: Mapped[list[dict[str, Any]]] = deferred(mapped_column(JSONB, nullable=False))
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]
    applied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
