"""Notices (消息) and mail with its outbox."""

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
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.background import Outbox
from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class Notice(SchoolScoped, Base):
    """A notice (消息) to a person, shown on the student side; ``subject`` and ``body`` are ``Message``s as JSON."""

    __tablename__ = "notices"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_notices_user",
            ondelete="CASCADE",
        ),
        Index("ix_notices_user", "school_id", "user_id", "id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[int] = mapped_column(BigInteger)
    subject: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    link: Mapped[str | None] = mapped_column(String(200))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]


class Mail(SchoolScoped, Base):
    """A mail, written in the transaction that causes it.

    The state ``sending`` is committed before the connection to the server; a mail that stays in this state may have
    been sent and is never sent again. ``error`` is a ``Message`` as JSON.
    """

    __tablename__ = "mails"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_mails_user",
            ondelete="CASCADE",
        ),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'unclear')", name="state"),
        Index("ix_mails_user", "school_id", "user_id"),
    )

    id: Mapped[RowId]
    user_id: Mapped[int] = mapped_column(BigInteger)
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8), default="zh", server_default="zh")
    template: Mapped[str] = mapped_column(String(32))
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    state: Mapped[str] = mapped_column(String(16), default="queued", server_default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]


class MailOutbox(Outbox, Base):
    """A mail that waits for a worker."""

    __tablename__ = "mail_outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "mail_id"],
            ["mails.school_id", "mails.id"],
            name="fk_mail_outbox_mail",
            ondelete="CASCADE",
        ),
        Index("ix_mail_outbox_due_at", "due_at"),
    )

    mail_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
