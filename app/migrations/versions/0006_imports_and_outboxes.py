"""Interruptions of imports, failures of outboxes, and the foreign keys to accounts that were missing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OUTBOXES = ("import_outbox", "mail_outbox", "course_version_outbox")
#: Maps each table to its columns that name an account of the school, until now without a foreign key.
_ACTED = {
    "class_selections": ("created_by",),
    "course_drafts": ("edited_by", "submitted_by"),
    "course_reviews": ("by_id",),
}


def upgrade() -> None:
    op.add_column(
        "roster_imports", sa.Column("interruptions", sa.Integer(), server_default="0", nullable=False)
    )
    for table in _OUTBOXES:
        op.add_column(table, sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
    op.alter_column("import_outbox", "due_at", server_default=sa.text("now()"))
    _assistant_key(ondelete=None)
    # The owner of the tables reads and writes regardless of the policies.
    op.execute("ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    for table, columns in _ACTED.items():
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        for column in columns:
            # The account of a visiting secretary belongs to the alliance; their name is stored beside it.
            op.execute(
                f"UPDATE {table} t SET {column} = NULL WHERE {column} IS NOT NULL AND NOT EXISTS"
                f" (SELECT FROM users u WHERE u.school_id = t.school_id AND u.id = t.{column})"
            )
            local = ["school_id", column]
            op.create_foreign_key(f"fk_{table}_{column}", table, "users", local, ["school_id", "id"])
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE users FORCE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE roster_import_rows NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE roster_import_rows SET kept = 'registered' WHERE kept = 'enrolled'")
    op.execute("ALTER TABLE roster_import_rows FORCE ROW LEVEL SECURITY")
    # Every deletion of an account looks for its references; only selections are numerous.
    op.create_index("ix_class_selections_created_by", "class_selections", ["school_id", "created_by"])


def downgrade() -> None:
    op.execute("ALTER TABLE roster_import_rows NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE roster_import_rows SET kept = 'enrolled' WHERE kept = 'registered'")
    op.execute("ALTER TABLE roster_import_rows FORCE ROW LEVEL SECURITY")
    op.drop_index("ix_class_selections_created_by", table_name="class_selections")
    for table, columns in _ACTED.items():
        for column in columns:
            op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
    _assistant_key(ondelete="CASCADE")
    op.alter_column("import_outbox", "due_at", server_default=None)
    for table in _OUTBOXES:
        op.drop_column(table, "failures")
    op.drop_column("roster_imports", "interruptions")


def _assistant_key(*, ondelete: str | None) -> None:
    name, table, local = "fk_offering_assistants_user", "offering_assistants", ["school_id", "user_id"]
    op.drop_constraint(name, table, type_="foreignkey")
    op.create_foreign_key(name, table, "users", local, ["school_id", "id"], ondelete=ondelete)
