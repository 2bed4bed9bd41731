"""Classes, and the courses that were selected for them (选课)."""

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
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class SchoolClass(SchoolScoped, Base):
    """A class (班级): school, entry year and name identify it; the system assigns its number (manual 8.1)."""

    __tablename__ = "classes"
    __table_args__ = (
        UniqueConstraint("school_id", "entry_year", "name", postgresql_nulls_not_distinct=True),
        UniqueConstraint("school_id", "number"),
        Index("ix_classes_head_teacher", "school_id", "head_teacher_id"),
        ForeignKeyConstraint(
            ["school_id", "head_teacher_id"],
            ["users.school_id", "users.id"],
            name="fk_classes_head_teacher",
            use_alter=True,
        ),
    )

    id: Mapped[RowId]
    number: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    entry_year: Mapped[int | None] = mapped_column(SmallInteger)
    major: Mapped[str | None] = mapped_column(String(64))
    head_teacher_id: Mapped[int | None] = mapped_column(BigInteger)
    #: The time at which a graduated class was archived; NULL: in use.
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]


class ClassSelection(SchoolScoped, Base):
    """A 「选择课程」 of a class for an offering (manual 8.3), with its results, so that it can be undone."""

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
    #: Maps each reason to the number of students who could not be registered for it.
    refused: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    #: None for a visiting secretary, whose account belongs to the alliance.
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ClassCourse(SchoolScoped, Base):
    """An offering that a class is registered for; ``later_joiners`` says what happens to those who join later."""

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
