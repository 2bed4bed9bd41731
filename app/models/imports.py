"""Imports of rosters with their files, staged rows, pictures and outbox, and confirmed column names."""

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.background import Outbox
from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped

STATES = (
    "uploaded",
    "checking",
    "mapping",
    "checked",
    "applying",
    "applied",
    "failed",
    "refused",
    "undone",
    "discarded",
)


class RosterImport(SchoolScoped, Base):
    """An import, from the upload to the undo; the row is authoritative, RQ only carries its id.

    Every run of a job raises ``epoch``, and each transaction of a run checks it, so that only the latest of several
    runs writes. ``interruptions`` counts the consecutive runs that were interrupted; a run that finishes, and any
    action of a person, resets it to 0.
    ``content`` is the person's file, sealed. ``refusal`` says why a file was not read at all, ``summary`` holds
    the counts and the questions of the preview (classes to be created, grouped problems). ``options`` holds people's
    choices (unit code, update rule, same classes, how the file is read) and, sealed, what the mapping page shows of the
    file and the fields that a person confirmed for it; in the state ``mapping`` a person has to answer questions first.
    """

    __tablename__ = "roster_imports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "created_by"], ["users.school_id", "users.id"], name="fk_roster_imports_created_by"
        ),
        CheckConstraint("state IN ('" + "', '".join(STATES) + "')", name="state"),
        CheckConstraint("kind IN ('students', 'teachers')", name="kind"),
        Index("ix_roster_imports_open", "school_id", "state"),
    )

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="uploaded", server_default="uploaded")
    filename: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    options: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    refusal: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    progress_done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    progress_total: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    epoch: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    interruptions: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    heartbeat_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]
    applied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class RosterImportRow(SchoolScoped, Base):
    """A staged row of the person's file; a row ``left_out`` is no person, hidden, or otherwise not read, and says why.

    ``user_id`` is the id of the matched account, or the id reserved for a new account (so that sealed fields can be
    bound to their row beforehand). ``new`` and ``old`` hold the changing columns of ``users`` by name, in the form in
    which PostgreSQL writes a row as JSON; apply, undo and audit use the same data. ``raw`` is the row's cells, sealed.
    ``kept`` says why an undo left the account unchanged. ``held`` maps the columns that the update rule leaves alone
    to their old and new values; ``edited`` lists the differing columns of the account that were edited by hand.
    """

    __tablename__ = "roster_import_rows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_roster_import_rows_import",
            ondelete="CASCADE",
        ),
        CheckConstraint("action IN ('create', 'change', 'unchanged', 'problem', 'left_out')", name="action"),
        Index("ix_roster_import_rows_user", "school_id", "user_id"),
        Index("ix_roster_import_rows_action", "school_id", "import_id", "action", "row_no"),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    row_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    action: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int | None] = mapped_column(BigInteger)
    title: Mapped[str] = mapped_column(String(200), default="", server_default="")
    new: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    old: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    held: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    edited: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list, server_default="{}")
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    kept: Mapped[str | None] = mapped_column(String(16))


class ImportOutbox(Outbox, Base):
    """An import that a job still has to process."""

    __tablename__ = "import_outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_import_outbox_import",
            ondelete="CASCADE",
        ),
        Index("ix_import_outbox_due_at", "due_at"),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    job: Mapped[str] = mapped_column(String(32))


class RosterImportPictures(SchoolScoped, Base):
    """The .zip of pictures that was uploaded with a roster, sealed; kept until the import is over."""

    __tablename__ = "roster_import_pictures"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_roster_import_pictures_import",
            ondelete="CASCADE",
        ),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class RosterImportPhoto(SchoolScoped, Base):
    """The re-encoded picture of a staged row; ``before`` is the person's previous picture, for an undo."""

    __tablename__ = "roster_import_photos"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "import_id", "row_no"],
            ["roster_import_rows.school_id", "roster_import_rows.import_id", "roster_import_rows.row_no"],
            name="fk_roster_import_photos_row",
            ondelete="CASCADE",
        ),
    )

    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    row_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    before: Mapped[bytes | None] = mapped_column(LargeBinary)


class ColumnMapping(SchoolScoped, Base):
    """The confirmed fields of a school's own column names; ``header_sha`` is the fingerprint of the header."""

    __tablename__ = "column_mappings"
    __table_args__ = (UniqueConstraint("school_id", "kind", "header_sha"),)

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(16))
    header_sha: Mapped[str] = mapped_column(String(64))
    header: Mapped[list[str]] = mapped_column(JSONB)
    columns: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_by_name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[CreatedAt]
