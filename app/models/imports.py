"""Imports of rosters as stored objects, and their staged rows."""

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
    """One import, from the upload to its undoing. The row is the truth and the outbox; RQ carries only its id.

    ``epoch`` is raised by every run of a job; each transaction of a run checks it, so that of two runs one writes.
    ``interruptions`` counts the runs in a row that ended without finishing; a run that finishes, and whatever a person
    does, sets it to 0.
    ``content`` is the person's file, sealed. ``refusal`` says why a file was not read at all, ``summary`` holds
    the counts and what the preview asks (classes to be created, grouped problems). ``options`` holds what people chose
    (unit code, update rule, same classes) and the sealed sample of the columns that the mapping page shows; in the
    state ``mapping`` a person has to say which column is what.
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
    """One row of the person's file as staged.

    ``user_id`` is the matched account or, for one to be created, an id reserved for it (so that sealed fields can be
    bound to their row beforehand). ``new`` and ``old`` hold the changing columns of ``users`` by name, as PostgreSQL
    itself would write the row as JSON; the same data serve apply, undo and audit. ``raw`` is the row's cells, sealed.
    ``kept`` says why an undo left the account as it was. ``held`` are differences that the update rule leaves alone
    (column -> old and new), ``edited`` the account's marks of edits by hand on any of the differing columns.
    """

    __tablename__ = "roster_import_rows"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_roster_import_rows_import",
            ondelete="CASCADE",
        ),
        CheckConstraint("action IN ('create', 'change', 'unchanged', 'problem')", name="action"),
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
    """An import that a job still has to work on."""

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
    """The .zip that was sent along with a roster, sealed; kept until the import is over."""

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
    """The picture of a staged row, made anew; ``before`` is what the person had, for an undo."""

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
