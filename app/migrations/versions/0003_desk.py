"""The secretariat's tables: announcements, visits to schools, figures by day, quotas and policies of an alliance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tenants.rls import APP_ROLE, CURRENT_SCHOOL, Policy

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MINE = f"school_id = {CURRENT_SCHOOL}"
_ALLIANCE = f"alliance_id = {CURRENT_SCHOOL}"
_OWNER = f"owner_id = {CURRENT_SCHOOL}"

POLICIES = (
    Policy("announcements", read=f"{_MINE} OR shared"),
    Policy("announcement_targets", read=f"{_MINE} OR {_OWNER}", write=_OWNER),
    Policy("school_figures", read=f"{_MINE} OR {_ALLIANCE}"),
    Policy("support_visits", read=f"{_MINE} OR {_ALLIANCE}"),
    # The sweeper looks for schools whose day has begun: a date, which only the school itself writes.
    Policy("daily_runs", read="true"),
)

_LAST_FIRST = ("announcement_targets", "support_visits", "school_figures", "daily_runs", "announcements")
_SCHOOL_COLUMNS = ("requires_operating_teacher", "most_courses", "most_people")


def upgrade() -> None:
    op.create_unique_constraint(op.f("uq_schools_id_alliance_id"), "schools", ["id", "alliance_id"])
    op.create_table(
        "announcements",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=16), server_default="everyone", nullable=False),
        sa.Column("pinned", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("shared", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("to_all", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("audience IN ('everyone', 'staff')", name=op.f("ck_announcements_audience")),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_announcements_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_announcements")),
    )
    op.create_table(
        "daily_runs",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("task", sa.String(length=32), nullable=False),
        sa.Column("ran_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_daily_runs_school_id")),
        sa.PrimaryKeyConstraint("school_id", "task", name=op.f("pk_daily_runs")),
    )
    op.create_table(
        "school_figures",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("activated", sa.Integer(), nullable=False),
        sa.Column("courses_online", sa.Integer(), nullable=False),
        sa.Column("registrations", sa.Integer(), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_school_figures_alliance",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_school_figures_school_id")),
        sa.PrimaryKeyConstraint("school_id", "day", name=op.f("pk_school_figures")),
    )
    op.create_table(
        "support_visits",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("secretary_id", sa.BigInteger(), nullable=False),
        sa.Column("secretary_name", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_support_visits_alliance",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_support_visits_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_support_visits")),
    )
    op.create_table(
        "announcement_targets",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("announcement_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id", "announcement_id"],
            ["announcements.school_id", "announcements.id"],
            name="fk_announcement_targets_announcement",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "owner_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_announcement_targets_owner",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.id"], name=op.f("fk_announcement_targets_school_id")
        ),
        sa.PrimaryKeyConstraint(
            "school_id", "owner_id", "announcement_id", name=op.f("pk_announcement_targets")
        ),
    )
    op.add_column("schools", sa.Column("most_people", sa.Integer(), nullable=True))
    op.add_column("schools", sa.Column("most_courses", sa.Integer(), nullable=True))
    op.add_column(
        "schools",
        sa.Column("requires_operating_teacher", sa.Boolean(), server_default="false", nullable=False),
    )
    for policy in POLICIES:
        for statement in policy.statements():
            op.execute(statement)
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")


def downgrade() -> None:
    for table in _LAST_FIRST:
        op.drop_table(table)
    for column in _SCHOOL_COLUMNS:
        op.drop_column("schools", column)
    op.drop_constraint(op.f("uq_schools_id_alliance_id"), "schools", type_="unique")
