"""Classes and registration: 选课 of whole classes, waiting lists, archived classes, calendar addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.rls import APP_ROLE, CURRENT_SCHOOL, Policy

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

POLICIES = (
    Policy("waiting_places"),
    Policy("class_selections"),
    Policy("class_courses"),
    Policy("course_showings", read=f"school_id = {CURRENT_SCHOOL} OR alliance_id = {CURRENT_SCHOOL}"),
)

_COPIED = "course_owner_id, course_id, starts_on, ends_on, registration_starts_on, registration_ends_on"


def upgrade() -> None:
    op.create_table(
        "class_courses",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("offering_id", sa.BigInteger(), nullable=False),
        sa.Column("later_joiners", sa.String(length=8), server_default="ask", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "later_joiners IN ('ask', 'follow', 'stay')", name=op.f("ck_class_courses_later_joiners")
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "class_id"],
            ["classes.school_id", "classes.id"],
            name="fk_class_courses_class",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_class_courses_offering",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_class_courses_school_id")),
        sa.PrimaryKeyConstraint("school_id", "class_id", "offering_id", name=op.f("pk_class_courses")),
    )
    op.create_table(
        "class_selections",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("class_id", sa.BigInteger(), nullable=False),
        sa.Column("offering_id", sa.BigInteger(), nullable=False),
        sa.Column("registered", sa.Integer(), nullable=False),
        sa.Column("already", sa.Integer(), nullable=False),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id", "class_id"],
            ["classes.school_id", "classes.id"],
            name="fk_class_selections_class",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_class_selections_offering",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_class_selections_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_class_selections")),
    )
    op.create_index(
        "ix_class_selections_class", "class_selections", ["school_id", "class_id", "id"], unique=False
    )
    op.create_table(
        "waiting_places",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("offering_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_waiting_places_offering",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"],
            ["users.school_id", "users.id"],
            name="fk_waiting_places_user",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_waiting_places_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_waiting_places")),
        sa.UniqueConstraint(
            "school_id",
            "offering_id",
            "user_id",
            name=op.f("uq_waiting_places_school_id_offering_id_user_id"),
        ),
    )
    op.create_index("ix_waiting_places_user", "waiting_places", ["school_id", "user_id"], unique=False)
    op.create_table(
        "course_showings",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("offering_id", sa.BigInteger(), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("course_owner_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("registration_starts_on", sa.Date(), nullable=False),
        sa.Column("registration_ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_course_showings_offering",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_course_showings_alliance",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_course_showings_school_id")),
        sa.PrimaryKeyConstraint("school_id", "offering_id", name=op.f("pk_course_showings")),
    )
    # The offerings that are online already, as `show_publicly` writes them from now on; the owner of the
    # tables is not subject to the policies.
    op.execute("ALTER TABLE course_offerings NO FORCE ROW LEVEL SECURITY")
    op.execute(
        f"INSERT INTO course_showings (school_id, offering_id, alliance_id, {_COPIED})"
        f" SELECT o.school_id, o.id, s.alliance_id, {_COPIED}"
        " FROM course_offerings o JOIN schools s ON s.id = o.school_id WHERE o.status = 'online'"
    )
    op.execute("ALTER TABLE course_offerings FORCE ROW LEVEL SECURITY")
    op.add_column("classes", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "enrolments", sa.Column("source", sa.String(length=16), server_default="self", nullable=False)
    )
    op.add_column("enrolments", sa.Column("selection_id", sa.BigInteger(), nullable=True))
    op.create_index("ix_enrolments_selection", "enrolments", ["school_id", "selection_id"], unique=False)
    op.create_foreign_key(
        "fk_enrolments_selection",
        "enrolments",
        "class_selections",
        ["school_id", "selection_id"],
        ["school_id", "id"],
        ondelete="SET NULL (selection_id)",
    )
    op.create_check_constraint(
        op.f("ck_enrolments_source"), "enrolments", "source IN ('self', 'class', 'staff', 'waiting')"
    )
    op.add_column("school_settings", sa.Column("help_contact", sa.String(length=200), nullable=True))
    op.add_column("users", sa.Column("calendar_epoch", sa.Integer(), server_default="0", nullable=False))
    for policy in POLICIES:
        for statement in policy.statements():
            op.execute(statement)
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_table("course_showings")
    op.drop_constraint(op.f("ck_enrolments_source"), "enrolments", type_="check")
    op.drop_column("users", "calendar_epoch")
    op.drop_column("school_settings", "help_contact")
    op.drop_constraint("fk_enrolments_selection", "enrolments", type_="foreignkey")
    op.drop_index("ix_enrolments_selection", table_name="enrolments")
    op.drop_column("enrolments", "selection_id")
    op.drop_column("enrolments", "source")
    op.drop_column("classes", "archived_at")
    op.drop_index("ix_waiting_places_user", table_name="waiting_places")
    op.drop_table("waiting_places")
    op.drop_index("ix_class_selections_class", table_name="class_selections")
    op.drop_table("class_selections")
    op.drop_table("class_courses")
