"""Change requests of students (学籍信息审核) and their proof files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class ChangeRequest(SchoolScoped, Base):
    """A student's request for a change of their record (学籍信息审核, manual 4.4); at most one is open.

    ``changes`` is JSON that maps columns to [old, new] as readable texts, sealed because it may contain ID numbers.
    """

    __tablename__ = "change_requests"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_change_requests_user",
            ondelete="CASCADE",
        ),
        CheckConstraint("state IN ('open', 'approved', 'rejected', 'withdrawn')", name="state"),
        Index("ix_change_requests_state", "school_id", "state", "id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    changes: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(500))
    answer: Mapped[str | None] = mapped_column(String(500))
    decided_by_name: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]


Index(
    "uq_change_requests_open",
    ChangeRequest.school_id,
    ChangeRequest.user_id,
    unique=True,
    postgresql_where=ChangeRequest.state == "open",
)


class ProofFile(SchoolScoped, Base):
    """A file that proves a change request; its content is sealed."""

    __tablename__ = "proof_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "request_id"],
            ["change_requests.school_id", "change_requests.id"],
            name="fk_proof_files_request",
            ondelete="CASCADE",
        ),
        Index("ix_proof_files_request", "school_id", "request_id"),
    )

    id: Mapped[RowId]
    request_id: Mapped[int] = mapped_column(BigInteger)
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary))
    created_at: Mapped[CreatedAt]
