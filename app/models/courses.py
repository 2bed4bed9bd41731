"""Courses, which are shared rows; licences; and each school's own offering of a course."""

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
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    or_,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class Course(SchoolScoped, Base):
    """A course and its content; ``school_id`` is the owner: the alliance (联盟慕课) or a school (本校).

    A released course is readable by every school; the licence narrows that in the queries. Only the owner writes.
    """

    __tablename__ = "courses"
    __table_args__ = (
        UniqueConstraint("school_id", "title"),
        CheckConstraint("status IN ('draft', 'pending', 'approved', 'rejected')", name="status"),
    )

    id: Mapped[RowId]
    title: Mapped[str] = mapped_column(String(100))
    title_pinyin: Mapped[str] = mapped_column(String(400), default="", server_default="")
    title_initials: Mapped[str] = mapped_column(String(100), default="", server_default="")
    category: Mapped[str] = mapped_column(String(32))
    source_name: Mapped[str] = mapped_column(String(64), default="", server_default="")
    teachers: Mapped[str] = mapped_column(String(200), default="", server_default="")
    summary: Mapped[str] = mapped_column(String(300), default="", server_default="")
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    hours: Mapped[int | None] = mapped_column(Integer)
    credit: Mapped[float | None] = mapped_column(Numeric(3, 1))
    cover: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    cover_sha: Mapped[str | None] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="draft", server_default="draft")
    released: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    created_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """The owner's rows and what has been released to the alliance."""
        return or_(cls.school_id == school_id, cls.released)


class CourseLicence(SchoolScoped, Base):
    """The owner's permission to a school to offer a course; ``school_id`` is the school that gets it.

    Written by the course's owner only, read by both sides. ``ends_on`` is the last day; ``seats`` bounds registrations.
    """

    __tablename__ = "course_licences"
    __table_args__ = (
        UniqueConstraint("school_id", "course_owner_id", "course_id"),
        UniqueConstraint("school_id", "id", "course_owner_id", "course_id"),
        ForeignKeyConstraint(
            ["course_owner_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_licences_course",
        ),
        CheckConstraint("seats > 0", name="seats"),
    )
    writer_column = "course_owner_id"

    id: Mapped[RowId]
    course_owner_id: Mapped[int] = mapped_column(BigInteger)
    course_id: Mapped[int] = mapped_column(BigInteger)
    ends_on: Mapped[date | None] = mapped_column(Date)
    seats: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[CreatedAt]

    course: Mapped[Course] = relationship(
        Course, foreign_keys=[course_owner_id, course_id], viewonly=True, lazy="raise"
    )

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Both sides of the licence."""
        return or_(cls.school_id == school_id, cls.course_owner_id == school_id)


class CourseOffering(SchoolScoped, Base):
    """A school's own offering of a course in a term: schedule, operating teacher, whether it is online.

    The four dates are whole days at the school, first and last included. A course of another owner needs a licence:
    the check and the composite foreign key to ``course_licences`` say so to the database.
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
        CheckConstraint("status IN ('unhandled', 'online', 'offline')", name="status"),
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
    operating_teacher_id: Mapped[int | None] = mapped_column(BigInteger)
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


class Enrolment(SchoolScoped, Base):
    """A person registered for an offering; ``withdrawn_at`` keeps the trace of one who left."""

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
        Index("ix_enrolments_user", "school_id", "user_id"),
    )

    id: Mapped[RowId]
    offering_id: Mapped[int] = mapped_column(BigInteger)
    user_id: Mapped[int] = mapped_column(BigInteger)
    registered_at: Mapped[CreatedAt]
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    offering: Mapped[CourseOffering] = relationship(
        CourseOffering,
        foreign_keys="[Enrolment.school_id, Enrolment.offering_id]",
        viewonly=True,
        lazy="raise",
    )
