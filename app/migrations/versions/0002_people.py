"""People: messages, change requests, mails, consent, a school's own settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.rls import APP_ROLE, Policy

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


POLICIES = (
    Policy("column_mappings"),
    Policy("school_settings"),
    Policy("change_requests"),
    Policy("consents"),
    Policy("mails"),
    Policy("notices"),
    Policy("user_photos"),
    Policy("proof_files"),
    Policy("roster_import_pictures"),
    Policy("roster_import_photos"),
    # The sweeper looks for due rows in all schools: ids and a time, which only the school itself writes.
    Policy("mail_outbox", read="true"),
)

#: The states of an import before this migration.
BEFORE = (
    "uploaded",
    "checking",
    "checked",
    "applying",
    "applied",
    "failed",
    "refused",
    "undone",
    "discarded",
)


def _import_states(*states: str) -> None:
    op.drop_constraint(op.f("ck_roster_imports_state"), "roster_imports", type_="check")
    condition = "state IN ('" + "', '".join(states) + "')"
    op.create_check_constraint(op.f("ck_roster_imports_state"), "roster_imports", condition)


def upgrade() -> None:
    op.create_table(
        "column_mappings",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("header_sha", sa.String(length=64), nullable=False),
        sa.Column("header", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_column_mappings_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_column_mappings")),
        sa.UniqueConstraint(
            "school_id", "kind", "header_sha", name=op.f("uq_column_mappings_school_id_kind_header_sha")
        ),
    )
    op.create_table(
        "school_settings",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("initial_password", sa.String(length=16), server_default="rule", nullable=False),
        sa.Column("slip_days", sa.Integer(), server_default="30", nullable=False),
        sa.Column("mail_sender", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "initial_password IN ('rule', 'random')", name=op.f("ck_school_settings_initial_password")
        ),
        sa.CheckConstraint("slip_days BETWEEN 1 AND 365", name=op.f("ck_school_settings_slip_days")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_school_settings_school_id")),
        sa.PrimaryKeyConstraint("school_id", name=op.f("pk_school_settings")),
    )
    op.create_table(
        "change_requests",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("decided_by_name", sa.String(length=100), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'rejected', 'withdrawn')", name=op.f("ck_change_requests_state")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_change_requests_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_change_requests_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_change_requests")),
    )
    op.create_index("ix_change_requests_state", "change_requests", ["school_id", "state", "id"], unique=False)
    op.create_index(
        "uq_change_requests_open",
        "change_requests",
        ["school_id", "user_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "consents",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_consents_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_consents_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_consents")),
        sa.UniqueConstraint(
            "school_id", "user_id", "version", name=op.f("uq_consents_school_id_user_id_version")
        ),
    )
    op.create_table(
        "mails",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=8), server_default="zh", nullable=False),
        sa.Column("template", sa.String(length=32), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'unclear')", name=op.f("ck_mails_state")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_mails_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_mails_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_mails")),
    )
    op.create_index("ix_mails_user", "mails", ["school_id", "user_id"], unique=False)
    op.create_table(
        "notices",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("link", sa.String(length=200), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_notices_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_notices_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_user", "notices", ["school_id", "user_id", "id"], unique=False)
    op.create_table(
        "user_photos",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_user_photos_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_user_photos_school_id")),
        sa.PrimaryKeyConstraint("school_id", "user_id", name=op.f("pk_user_photos")),
    )
    op.create_table(
        "mail_outbox",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("mail_id", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "mail_id"],
            ["mails.school_id", "mails.id"],
            name="fk_mail_outbox_mail",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("school_id", "mail_id", name=op.f("pk_mail_outbox")),
    )
    op.create_index("ix_mail_outbox_due_at", "mail_outbox", ["due_at"], unique=False)
    op.create_table(
        "proof_files",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "request_id"],
            ["change_requests.school_id", "change_requests.id"],
            name="fk_proof_files_request",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_proof_files_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_proof_files")),
    )
    op.create_index("ix_proof_files_request", "proof_files", ["school_id", "request_id"], unique=False)
    op.add_column(
        "users",
        sa.Column(
            "edited_columns", postgresql.ARRAY(sa.String(length=32)), server_default="{}", nullable=False
        ),
    )
    op.add_column("users", sa.Column("slip_digest", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("slip_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("pending_email", sa.String(length=254), nullable=True))
    op.add_column("users", sa.Column("bio", sa.String(length=2000), nullable=True))
    op.add_column("users", sa.Column("photo_sha", sa.String(length=16), nullable=True))
    op.add_column(
        "roster_import_rows",
        sa.Column(
            "held", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column(
        "roster_import_rows",
        sa.Column("edited", postgresql.ARRAY(sa.String(length=32)), server_default="{}", nullable=False),
    )
    op.create_index(
        "ix_roster_import_rows_user", "roster_import_rows", ["school_id", "user_id"], unique=False
    )
    _import_states(*BEFORE, "mapping")
    op.create_table(
        "roster_import_pictures",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_roster_import_pictures_import",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_roster_import_pictures_school_id")
        ),
        sa.PrimaryKeyConstraint("school_id", "import_id", name=op.f("pk_roster_import_pictures")),
    )
    op.create_table(
        "roster_import_photos",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id", "import_id", "row_no"],
            ["roster_import_rows.school_id", "roster_import_rows.import_id", "roster_import_rows.row_no"],
            name="fk_roster_import_photos_row",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_roster_import_photos_school_id")
        ),
        sa.PrimaryKeyConstraint("school_id", "import_id", "row_no", name=op.f("pk_roster_import_photos")),
    )
    for policy in POLICIES:
        for statement in policy.statements():
            op.execute(statement)
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("roster_import_photos")
    op.drop_table("roster_import_pictures")
    op.execute("DELETE FROM roster_imports WHERE state = 'mapping'")
    _import_states(*BEFORE)
    op.drop_index("ix_roster_import_rows_user", table_name="roster_import_rows")
    op.drop_column("roster_import_rows", "edited")
    op.drop_column("roster_import_rows", "held")
    op.drop_column("users", "photo_sha")
    op.drop_column("users", "bio")
    op.drop_column("users", "pending_email")
    op.drop_column("users", "slip_until")
    op.drop_column("users", "slip_digest")
    op.drop_column("users", "edited_columns")
    op.drop_index("ix_proof_files_request", table_name="proof_files")
    op.drop_table("proof_files")
    op.drop_index("ix_mail_outbox_due_at", table_name="mail_outbox")
    op.drop_table("mail_outbox")
    op.drop_table("user_photos")
    op.drop_index("ix_notices_user", table_name="notices")
    op.drop_table("notices")
    op.drop_index("ix_mails_user", table_name="mails")
    op.drop_table("mails")
    op.drop_table("consents")
    op.drop_index(
        "uq_change_requests_open", table_name="change_requests", postgresql_where=sa.text("state = 'open'")
    )
    op.drop_index("ix_change_requests_state", table_name="change_requests")
    op.drop_table("change_requests")
    op.drop_table("school_settings")
    op.drop_table("column_mappings")
