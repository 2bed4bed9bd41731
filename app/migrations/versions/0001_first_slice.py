"""The first tables: schools, people, classes, courses, licences, offerings, registrations, imports, the audit log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from tenants.rls import APP_ROLE, CURRENT_SCHOOL, Policy

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_OWNER = f"course_owner_id = {CURRENT_SCHOOL}"
_MINE = f"school_id = {CURRENT_SCHOOL}"

POLICIES = (
    # The registry is public; only the alliance that opened a school writes its row. Schools are never deleted.
    Policy(
        "schools", read="true", write=f"alliance_id = {CURRENT_SCHOOL}", verbs=("SELECT", "INSERT", "UPDATE")
    ),
    Policy("users"),
    Policy("classes"),
    Policy("courses", read=f"{_MINE} OR released"),
    Policy("course_licences", read=f"{_MINE} OR {_OWNER}", write=_OWNER),
    Policy("course_offerings"),
    Policy("enrolments"),
    Policy("roster_imports"),
    Policy("roster_import_rows"),
    # The sweeper looks for due rows in all schools: ids and a time, which only the school itself writes.
    Policy("import_outbox", read="true"),
    Policy("audit_log", verbs=("SELECT", "INSERT")),
)
_LAST_FIRST = (
    "import_outbox", "roster_import_rows", "enrolments", "roster_imports", "course_offerings", "users",
    "course_licences", "courses", "classes", "audit_log", "schools",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "schools",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("alliance_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=63), nullable=False),
        sa.Column("unit_code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("short_name", sa.String(length=16), nullable=False),
        sa.Column("name_pinyin", sa.String(length=400), nullable=False),
        sa.Column("name_initials", sa.String(length=64), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_sha", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "kind = 'member' OR alliance_id = id", name=op.f("ck_schools_alliance_is_its_own")
        ),
        sa.CheckConstraint("kind IN ('alliance', 'member')", name=op.f("ck_schools_kind")),
        sa.CheckConstraint("status IN ('active', 'suspended')", name=op.f("ck_schools_status")),
        sa.ForeignKeyConstraint(["alliance_id"], ["schools.id"], name=op.f("fk_schools_alliance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schools")),
        sa.UniqueConstraint("name", name=op.f("uq_schools_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_schools_slug")),
        sa.UniqueConstraint("unit_code", name=op.f("uq_schools_unit_code")),
    )
    op.create_index(op.f("ix_schools_alliance_id"), "schools", ["alliance_id"], unique=False)
    op.create_table(
        "audit_log",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sa.String(length=100), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_type", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_audit_log_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_audit_log")),
    )
    op.create_index(
        "ix_audit_log_object", "audit_log", ["school_id", "object_type", "object_id"], unique=False
    )
    op.create_table(
        "classes",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("entry_year", sa.SmallInteger(), nullable=True),
        sa.Column("major", sa.String(length=64), nullable=True),
        sa.Column("head_teacher_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_classes_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_classes")),
        sa.UniqueConstraint(
            "school_id",
            "entry_year",
            "name",
            name=op.f("uq_classes_school_id_entry_year_name"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("school_id", "number", name=op.f("uq_classes_school_id_number")),
    )
    op.create_index("ix_classes_head_teacher", "classes", ["school_id", "head_teacher_id"], unique=False)
    op.create_table(
        "courses",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("title_pinyin", sa.String(length=400), server_default="", nullable=False),
        sa.Column("title_initials", sa.String(length=100), server_default="", nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("source_name", sa.String(length=64), server_default="", nullable=False),
        sa.Column("teachers", sa.String(length=200), server_default="", nullable=False),
        sa.Column("summary", sa.String(length=300), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("credit", sa.Numeric(precision=3, scale=1), nullable=True),
        sa.Column("cover", sa.LargeBinary(), nullable=True),
        sa.Column("cover_sha", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=16), server_default="draft", nullable=False),
        sa.Column("released", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status IN ('draft', 'pending', 'approved', 'rejected')", name=op.f("ck_courses_status")
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_courses_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_courses")),
        sa.UniqueConstraint("school_id", "title", name=op.f("uq_courses_school_id_title")),
    )
    op.create_table(
        "course_licences",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_owner_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("seats > 0", name=op.f("ck_course_licences_seats")),
        sa.ForeignKeyConstraint(
            ["course_owner_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_licences_course",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_course_licences_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_course_licences")),
        sa.UniqueConstraint(
            "school_id",
            "course_owner_id",
            "course_id",
            name=op.f("uq_course_licences_school_id_course_owner_id_course_id"),
        ),
        sa.UniqueConstraint(
            "school_id",
            "id",
            "course_owner_id",
            "course_id",
            name=op.f("uq_course_licences_school_id_id_course_owner_id_course_id"),
        ),
    )
    op.create_table(
        "users",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), server_default="active", nullable=False),
        sa.Column("login_name", sa.String(length=64), nullable=True),
        sa.Column("student_no", sa.String(length=32), nullable=True),
        sa.Column("nickname", sa.String(length=64), nullable=False),
        sa.Column("real_name", sa.String(length=64), nullable=False),
        sa.Column("name_pinyin", sa.String(length=400), server_default="", nullable=False),
        sa.Column("name_initials", sa.String(length=64), server_default="", nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("mobile_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mobile_index", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("gender", sa.String(length=8), nullable=True),
        sa.Column("entry_year", sa.SmallInteger(), nullable=True),
        sa.Column("study_years", sa.SmallInteger(), nullable=True),
        sa.Column("class_id", sa.BigInteger(), nullable=True),
        sa.Column("major", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("must_change_password", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("failed_logins", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("gender IN ('male', 'female')", name=op.f("ck_users_gender")),
        sa.CheckConstraint(
            "kind <> 'student' OR student_no IS NOT NULL", name=op.f("ck_users_student_has_number")
        ),
        sa.CheckConstraint(
            "kind IN ('student', 'teacher', 'administrator', 'secretary')", name=op.f("ck_users_kind")
        ),
        sa.CheckConstraint("status IN ('active', 'disabled')", name=op.f("ck_users_status")),
        sa.ForeignKeyConstraint(
            ["school_id", "class_id"], ["classes.school_id", "classes.id"], name="fk_users_class"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_users_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint("school_id", "email", name=op.f("uq_users_school_id_email")),
        sa.UniqueConstraint("school_id", "id_number_index", name=op.f("uq_users_school_id_id_number_index")),
        sa.UniqueConstraint("school_id", "login_name", name=op.f("uq_users_school_id_login_name")),
        sa.UniqueConstraint("school_id", "mobile_index", name=op.f("uq_users_school_id_mobile_index")),
        sa.UniqueConstraint("school_id", "student_no", name=op.f("uq_users_school_id_student_no")),
    )
    op.create_index("ix_users_class", "users", ["school_id", "class_id"], unique=False)
    op.create_index("ix_users_name", "users", ["school_id", "real_name"], unique=False)
    op.create_table(
        "course_offerings",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("course_owner_id", sa.BigInteger(), nullable=False),
        sa.Column("course_id", sa.BigInteger(), nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=True),
        sa.Column("term", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), server_default="unhandled", nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("registration_starts_on", sa.Date(), nullable=True),
        sa.Column("registration_ends_on", sa.Date(), nullable=True),
        sa.Column("operating_teacher_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "status <> 'online' OR (starts_on IS NOT NULL AND ends_on IS NOT NULL"
            " AND registration_starts_on IS NOT NULL AND registration_ends_on IS NOT NULL)",
            name=op.f("ck_course_offerings_online_has_dates"),
        ),
        sa.CheckConstraint(
            "status IN ('unhandled', 'online', 'offline')", name=op.f("ck_course_offerings_status")
        ),
        sa.CheckConstraint(
            "course_owner_id = school_id OR licence_id IS NOT NULL", name=op.f("ck_course_offerings_licensed")
        ),
        sa.CheckConstraint(
            "registration_starts_on <= registration_ends_on",
            name=op.f("ck_course_offerings_registration_dates"),
        ),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_course_offerings_course_dates")),
        sa.ForeignKeyConstraint(
            ["course_owner_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_offerings_course",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "licence_id", "course_owner_id", "course_id"],
            [
                "course_licences.school_id",
                "course_licences.id",
                "course_licences.course_owner_id",
                "course_licences.course_id",
            ],
            name="fk_course_offerings_licence",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "operating_teacher_id"],
            ["users.school_id", "users.id"],
            name="fk_course_offerings_operating_teacher",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_course_offerings_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_course_offerings")),
        sa.UniqueConstraint(
            "school_id",
            "course_owner_id",
            "course_id",
            "term",
            name=op.f("uq_course_offerings_school_id_course_owner_id_course_id_term"),
        ),
    )
    op.create_table(
        "roster_imports",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="uploaded", nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("refusal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("progress_done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("progress_total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("epoch", sa.Integer(), server_default="0", nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_by_name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('students', 'teachers')", name=op.f("ck_roster_imports_kind")),
        sa.CheckConstraint(
            "state IN ('uploaded', 'checking', 'checked', 'applying', 'applied', 'failed', 'refused', 'undone',"
            " 'discarded')",
            name=op.f("ck_roster_imports_state"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "created_by"], ["users.school_id", "users.id"], name="fk_roster_imports_created_by"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_roster_imports_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_roster_imports")),
    )
    op.create_index("ix_roster_imports_open", "roster_imports", ["school_id", "state"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("offering_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "registered_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id", "offering_id"],
            ["course_offerings.school_id", "course_offerings.id"],
            name="fk_enrolments_offering",
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "user_id"], ["users.school_id", "users.id"], name="fk_enrolments_user"
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_enrolments_school_id")),
        sa.PrimaryKeyConstraint("school_id", "id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint(
            "school_id", "offering_id", "user_id", name=op.f("uq_enrolments_school_id_offering_id_user_id")
        ),
    )
    op.create_index("ix_enrolments_user", "enrolments", ["school_id", "user_id"], unique=False)
    op.create_table(
        "roster_import_rows",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=200), server_default="", nullable=False),
        sa.Column("new", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("old", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("kept", sa.String(length=16), nullable=True),
        sa.CheckConstraint(
            "action IN ('create', 'change', 'unchanged', 'problem')",
            name=op.f("ck_roster_import_rows_action"),
        ),
        sa.ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_roster_import_rows_import",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_roster_import_rows_school_id")),
        sa.PrimaryKeyConstraint("school_id", "import_id", "row_no", name=op.f("pk_roster_import_rows")),
    )
    op.create_index(
        "ix_roster_import_rows_action",
        "roster_import_rows",
        ["school_id", "import_id", "action", "row_no"],
        unique=False,
    )
    op.create_table(
        "import_outbox",
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("job", sa.String(length=32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id", "import_id"],
            ["roster_imports.school_id", "roster_imports.id"],
            name="fk_import_outbox_import",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("school_id", "import_id", name=op.f("pk_import_outbox")),
    )
    op.create_index("ix_import_outbox_due_at", "import_outbox", ["due_at"], unique=False)
    op.create_foreign_key(
        "fk_classes_head_teacher", "classes", "users", ["school_id", "head_teacher_id"], ["school_id", "id"]
    )
    for policy in POLICIES:
        for statement in policy.statements():
            op.execute(statement)
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")


def downgrade() -> None:
    op.drop_constraint("fk_classes_head_teacher", "classes", type_="foreignkey")
    for table in _LAST_FIRST:
        op.drop_table(table)
