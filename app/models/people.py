"""What belongs to people beside their account: messages, change requests with their proof, consent."""

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
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.outboxes import Outbox
from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class Notice(SchoolScoped, Base):
    """A message (消息) to one person, shown on the student side; ``subject`` and ``body`` are ``Message``s as JSON."""

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


class ChangeRequest(SchoolScoped, Base):
    """A student's wish to have his record changed (学籍信息审核, manual 4.4); at most one open per student.

    ``changes`` is sealed JSON: column -> [old, new] as people read them, since ID numbers may be among them.
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


class Consent(SchoolScoped, Base):
    """That a person has accepted a version of the consent text, and when."""

    __tablename__ = "consents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_consents_user",
            ondelete="CASCADE",
        ),
        UniqueConstraint("school_id", "user_id", "version"),
    )

    id: Mapped[RowId]
    user_id: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[str] = mapped_column(String(16))
    accepted_at: Mapped[CreatedAt]


class UserPhoto(SchoolScoped, Base):
    """A person's picture, made anew from what was sent; beside ``users`` so that rows stay small."""

    __tablename__ = "user_photos"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_user_photos_user",
            ondelete="CASCADE",
        ),
    )

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class SchoolSettings(SchoolScoped, Base):
    """What a school decides for itself; one row a school, made when first needed."""

    __tablename__ = "school_settings"
    __table_args__ = (
        CheckConstraint("initial_password IN ('rule', 'random')", name="initial_password"),
        CheckConstraint("slip_days BETWEEN 1 AND 365", name="slip_days"),
    )

    initial_password: Mapped[str] = mapped_column(String(16), default="rule", server_default="rule")
    slip_days: Mapped[int] = mapped_column(Integer, default=30, server_default="30")
    mail_sender: Mapped[str | None] = mapped_column(String(64))
    help_contact: Mapped[str | None] = mapped_column(String(200))


class ColumnMapping(SchoolScoped, Base):
    """How a school's own column names are read, remembered once it was confirmed; ``header_sha`` is of the header."""

    __tablename__ = "column_mappings"
    __table_args__ = (UniqueConstraint("school_id", "kind", "header_sha"),)

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(16))
    header_sha: Mapped[str] = mapped_column(String(64))
    header: Mapped[list[str]] = mapped_column(JSONB)
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]


class Mail(SchoolScoped, Base):
    """A mail to be sent, written in the transaction that causes it.

    ``sending`` is committed before the server is spoken to; a mail found there later was perhaps sent and is never
    sent again. ``error`` is a ``Message`` as JSON.
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
