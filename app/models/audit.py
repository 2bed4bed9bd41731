"""The audit log, its chain and the rows to be chained; the application role may only insert and read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.types import RowId
from tenants.db import Base, SchoolScoped


class AuditEntry(SchoolScoped, Base):
    """An entry of the log: who did what, to which object, when.

    ``digest`` covers the row itself. In rows that are older than ``AuditLink`` it also covers the previous row, and
    ``id`` counts up in each school without gaps.
    """

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_object", "school_id", "object_type", "object_id"),)

    id: Mapped[RowId]
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(String(100))
    address: Mapped[str | None] = mapped_column(String(45))
    action: Mapped[str] = mapped_column(String(64))
    object_type: Mapped[str] = mapped_column(String(32))
    object_id: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class AuditLink(SchoolScoped, Base):
    """The link of an audit row in its school's chain; ``digest`` covers the row and the previous link.

    Positions count from 1 without gaps, in the order in which the rows became visible. There is no foreign key to the
    row, because a deleted row must leave its link behind.
    """

    __tablename__ = "audit_links"
    __table_args__ = (UniqueConstraint("school_id", "audit_id"),)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, sort_order=-1)
    audit_id: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class AuditOutbox(Base):
    """An audit row that waits to be chained; a trigger of ``audit_log`` inserts it in the transaction of the row.

    It is not scoped: the sweeper reads the rows of all schools at once, before any school is known. It has ids only,
    and no foreign key, so that the deletion of a row that is not chained yet is noticed.
    """

    __tablename__ = "audit_outbox"

    school_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
