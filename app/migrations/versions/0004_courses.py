"""Courses with drafts, versions and reviews; licences by the alliance; staff and seats of offerings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.rls import APP_ROLE, CURRENT_SCHOOL, Policy

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MINE = f"school_id = {CURRENT_SCHOOL}"
_ALLIANCE = f"alliance_id = {CURRENT_SCHOOL}"
_LICENSOR = f"licensor_id = {CURRENT_SCHOOL}"
_OWNER = f"course_owner_id = {CURRENT_SCHOOL}"

POLICIES = (
    Policy("course_drafts"),
    Policy("course_versions", read=f"{_MINE} OR released"),
    # The sweeper looks for due rows in all schools: ids and a time, which only the owner writes.
    Policy("course_version_outbox", read="true"),
    Policy("course_reviews"),
    Policy("course_recommendations", read=f"{_MINE} OR {_ALLIANCE}"),
    Policy("licence_imports"),
    Policy("licence_answers", read=f"{_MINE} OR {_LICENSOR}"),
    Policy("offering_assistants"),
)

#: A licence belongs to its owner's alliance; before, only the owner itself (the alliance) could grant one.
LICENCES = Policy("course_licences", read=f"{_MINE} OR {_OWNER} OR {_LICENSOR}", write=_LICENSOR)
LICENCES_BEFORE = Policy("course_licences", read=f"{_MINE} OR {_OWNER}", write=_OWNER)

_LAST_FIRST = (
    "licence_imports",
    "licence_answers", "course_version_outbox", "course_versions", "course_reviews", "course_recommendations",
    "course_drafts",
    "offering_assistants",
)  # fmt: skip
_CONSTRAINTS = (
    ("ck_course_licences_not_ones_own", "course_licences"),
    ("ck_course_licences_dates", "course_licences"),
    ("fk_course_licences_licensor", "course_licences"),
    ("fk_course_licences_owner", "course_licences"),
    ("uq_course_licences_school_id_id_licensor_id", "course_licences"),
    ("fk_courses_created_by", "courses"),
    ("uq_courses_school_id_code", "courses"),
)
_COLUMNS = {
    "courses": (
        "created_by", "revision", "version", "assessment", "readings", "prerequisites", "audience", "outline", "tags",
        "team", "subject", "code",
    ),
    "course_offerings": ("told_of_end", "assessment", "seats"),
    "course_licences": ("local_assessment", "term", "starts_on", "licensor_id"),
}  # fmt: skip


def _licence_policy(policy: Policy) -> None:
    for verb in ("select", "insert", "update", "delete"):
        op.execute(f"DROP POLICY course_licences_{verb} ON course_licences")
    for statement in policy.statements():
        op.execute(statement)


def _offering_states(*states: str) -> None:
    op.drop_constraint(op.f("ck_course_offerings_status"), "course_offerings", type_="check")
    condition = "status IN ('" + "', '".join(states) + "')"
    op.create_check_constraint(op.f("ck_course_offerings_status"), "course_offerings", condition)


def upgrade() -> None:
    op.create_table(
        "course_drafts",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="draft", nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "touched", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("cover", sa.LargeBinary(), nullable=True),
        sa.Column("edited_by", sa.BigInteger(), nullable=True),
        sa.Column("edited_by_name", sa.String(length=100), server_default="", nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=True),
        sa.Column("submitted_by_name", sa.String(length=100), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'pending', 'rejected')", name=op.f("ck_course_drafts_state")),
        sa.ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_drafts_course",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_course_drafts_school_id")),
        sa.PrimaryKeyConstraint("school_id", "course_id", name=op.f("pk_course_drafts")),
    )
    op.create_table(
        "course_recommendations",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("cover", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=True),
        sa.Column("recommended_by_name", sa.String(length=100), nullable=False),
        sa.Column("decided_by_name", sa.String(length=100), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn')",
            name=op.f("ck_course_recommendations_state"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_course_recommendations_alliance",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_recommendations_course",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_course_recommendations_school_id")
        ),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_course_recommendations")),
    )
    op.create_index(
        "uq_course_recommendations_open",
        "course_recommendations",
        ["school_id", "course_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'accepted')"),
    )
    op.create_table(
        "course_reviews",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sa.String(length=100), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "step IN ('submitted', 'approved', 'rejected', 'taken_off')", name=op.f("ck_course_reviews_step")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_reviews_course",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_course_reviews_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_course_reviews")),
    )
    op.create_index(
        "ix_course_reviews_course", "course_reviews", ["school_id", "course_id", "id"], unique=False
    )
    op.create_table(
        "course_versions",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changed", postgresql.ARRAY(sa.String(length=32)), server_default="{}", nullable=False),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("released", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("published_by_name", sa.String(length=100), nullable=False),
        sa.Column(
            "published_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_versions_course",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_course_versions_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_course_versions")),
        sa.UniqueConstraint(
            "school_id", "course_id", "number", name=op.f("uq_course_versions_school_id_course_id_number")
        ),
    )
    op.create_table(
        "course_version_outbox",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("told_up_to", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "version_id"],
            ["course_versions.school_id", "course_versions.id"],
            name="fk_course_version_outbox_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("school_id", "version_id", name=op.f("pk_course_version_outbox")),
    )
    op.create_index("ix_course_version_outbox_due_at", "course_version_outbox", ["due_at"], unique=False)
    op.create_table(
        "offering_assistants",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("offering_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_offering_assistants_offering",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_offering_assistants_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_offering_assistants_school_id")),
        sa.PrimaryKeyConstraint("school_id", "offering_id", "user_id", name=op.f("pk_offering_assistants")),
    )
    op.create_index(
        "ix_offering_assistants_user", "offering_assistants", ["school_id", "user_id"], unique=False
    )
    op.add_column("course_licences", sa.Column("starts_on", sa.Date(), nullable=True))
    op.add_column("course_licences", sa.Column("licensor_id", sa.BigInteger(), nullable=True))
    # The owner of the tables sees no school's rows either, unless the policies are off for this one statement.
    op.execute("ALTER TABLE course_licences NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE course_licences SET licensor_id = course_owner_id")
    op.execute("ALTER TABLE course_licences FORCE ROW LEVEL SECURITY")
    op.alter_column("course_licences", "licensor_id", nullable=False)
    op.create_check_constraint(op.f("ck_course_licences_dates"), "course_licences", "starts_on <= ends_on")
    op.create_check_constraint(
        op.f("ck_course_licences_not_ones_own"), "course_licences", "school_id <> course_owner_id"
    )
    op.add_column("course_licences", sa.Column("term", sa.String(length=16), nullable=True))
    op.add_column(
        "course_licences", sa.Column("local_assessment", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_unique_constraint(
        op.f("uq_course_licences_school_id_id_licensor_id"),
        "course_licences",
        ["school_id", "id", "licensor_id"],
    )
    op.create_foreign_key(
        "fk_course_licences_owner",
        "course_licences",
        "schools",
        ["course_owner_id", "licensor_id"],
        ["id", "alliance_id"],
    )
    op.create_foreign_key(
        "fk_course_licences_licensor",
        "course_licences",
        "schools",
        ["school_id", "licensor_id"],
        ["id", "alliance_id"],
    )
    op.add_column("course_offerings", sa.Column("seats", sa.Integer(), nullable=True))
    op.add_column("course_offerings", sa.Column("told_of_end", sa.String(length=16), nullable=True))
    op.add_column(
        "course_offerings",
        sa.Column("assessment", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.add_column("courses", sa.Column("code", sa.String(length=32), nullable=True))
    op.add_column("courses", sa.Column("subject", sa.String(length=32), server_default="", nullable=False))
    op.add_column("courses", sa.Column("team", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "courses",
        sa.Column("tags", postgresql.ARRAY(sa.String(length=20)), server_default="{}", nullable=False),
    )
    op.add_column("courses", sa.Column("outline", sa.Text(), server_default="", nullable=False))
    op.add_column("courses", sa.Column("audience", sa.String(length=500), server_default="", nullable=False))
    op.add_column(
        "courses", sa.Column("prerequisites", sa.String(length=500), server_default="", nullable=False)
    )
    op.add_column("courses", sa.Column("readings", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "courses",
        sa.Column("assessment", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    )
    op.add_column("courses", sa.Column("version", sa.Integer(), server_default="0", nullable=False))
    # A released course is live already; its log begins with the next version.
    op.execute("ALTER TABLE courses NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE courses SET version = 1 WHERE released")
    op.execute("ALTER TABLE courses FORCE ROW LEVEL SECURITY")
    op.add_column("courses", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("courses", sa.Column("created_by", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f("uq_courses_school_id_code"), "courses", ["school_id", "code"])
    op.create_foreign_key(
        "fk_courses_created_by", "courses", "users", ["school_id", "created_by"], ["school_id", "id"]
    )
    _offering_states("unhandled", "declined", "online", "offline")
    op.create_check_constraint(op.f("ck_course_offerings_seats"), "course_offerings", "seats > 0")
    op.create_table(
        "licence_imports",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="checked", nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('checked', 'applied', 'discarded')", name=op.f("ck_licence_imports_state")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_licence_imports_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_licence_imports")),
    )
    op.create_table(
        "licence_answers",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=False),
        sa.Column("licensor_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("answered_by_name", sa.String(length=100), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "licence_id", "licensor_id"],
            ["course_licences.school_id", "course_licences.id", "course_licences.licensor_id"],
            name="fk_licence_answers_licence",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_licence_answers_school_id")),
        sa.PrimaryKeyConstraint("school_id", "licence_id", name=op.f("pk_licence_answers")),
    )
    _licence_policy(LICENCES)
    for policy in POLICIES:
        for statement in policy.statements():
            op.execute(statement)
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    _licence_policy(LICENCES_BEFORE)
    op.drop_constraint(op.f("ck_course_offerings_seats"), "course_offerings", type_="check")
    _offering_states("unhandled", "online", "offline")
    for table in _LAST_FIRST:
        op.drop_table(table)
    for constraint, table in _CONSTRAINTS:
        op.drop_constraint(op.f(constraint), table)
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)
