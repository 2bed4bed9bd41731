"""Accounts of people, their photos and consents."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.classes import SchoolClass
from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class User(SchoolScoped, Base):
    """An account: a student, teacher or administrator of a school, or a secretary of the alliance.

    ``password_hash`` stays NULL until the person sets a password; until then the initial password is derived
    (manual 4.2). ID number and phone are sealed, each with a blind index for exact search.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("school_id", "student_no"),
        UniqueConstraint("school_id", "login_name"),
        UniqueConstraint("school_id", "email"),
        UniqueConstraint("school_id", "mobile_index"),
        UniqueConstraint("school_id", "id_number_index"),
        ForeignKeyConstraint(
            ["school_id", "class_id"], ["classes.school_id", "classes.id"], name="fk_users_class"
        ),
        CheckConstraint("kind IN ('student', 'teacher', 'administrator', 'secretary')", name="kind"),
        CheckConstraint("status IN ('active', 'disabled')", name="status"),
        CheckConstraint("gender IN ('male', 'female')", name="gender"),
        CheckConstraint("kind <> 'student' OR student_no IS NOT NULL", name="student_has_number"),
        Index("ix_users_class", "school_id", "class_id"),
        Index("ix_users_name", "school_id", "real_name"),
    )

    id: Mapped[RowId]
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="active", server_default="active")
    login_name: Mapped[str | None] = mapped_column(String(64))
    student_no: Mapped[str | None] = mapped_column(String(32))
    nickname: Mapped[str] = mapped_column(String(64))
    real_name: Mapped[str] = mapped_column(String(64))
    name_pinyin: Mapped[str] = mapped_column(String(400), default="", server_default="")
    name_initials: Mapped[str] = mapped_column(String(64), default="", server_default="")
    email: Mapped[str | None] = mapped_column(String(254))
    mobile_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    mobile_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    birth_date: Mapped[date | None] = mapped_column(Date)
    gender: Mapped[str | None] = mapped_column(String(8))
    entry_year: Mapped[int | None] = mapped_column(SmallInteger)
    study_years: Mapped[int | None] = mapped_column(SmallInteger)
    class_id: Mapped[int | None] = mapped_column(BigInteger)
    major: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=True, server_default="true")
    failed_logins: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    #: The columns that an administrator or the person has edited by hand since an import last wrote them.
    edited_columns: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list, server_default="{}")
    #: The keyed digest of the random first password on a credential slip; NULL: there is no slip.
    slip_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The time until which the slip is valid.
    slip_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    #: A mail address that the person has not confirmed yet.
    pending_email: Mapped[str | None] = mapped_column(String(254))
    bio: Mapped[str | None] = mapped_column(String(2000))
    photo_sha: Mapped[str | None] = mapped_column(String(16))
    #: Part of the key of the calendar's address; raising it invalidates the old address. 0: no subscription.
    calendar_epoch: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    last_login_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now()
    )

    school_class: Mapped[SchoolClass | None] = relationship(
        SchoolClass, foreign_keys="[User.school_id, User.class_id]", viewonly=True, lazy="raise"
    )


class UserPhoto(SchoolScoped, Base):
    """A person's re-encoded photo, in a table of its own so that rows of ``users`` stay small."""

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


class Consent(SchoolScoped, Base):
    """A person's acceptance of a version of the privacy notice."""

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
