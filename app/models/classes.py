"""Classes of a school."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class SchoolClass(SchoolScoped, Base):
    """A class (班级): its identity is school, entry year and name; the system gives the number (manual 8.1)."""

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
    #: Since when a graduated class is out of the way; NULL: in use.
    archived_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]
