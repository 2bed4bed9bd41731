"""Courses, which schools share: live content, working copy, published versions, reviews, recommendations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    or_,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from app.models.background import Outbox
from app.models.types import CreatedAt, RowId
from tenants.db import Base, SchoolScoped


class Course(SchoolScoped, Base):
    """A course and its live content; ``school_id`` is the owner: the alliance (联盟慕课) or a school (本校).

    Edited content is kept in ``CourseDraft`` until it is published; readers never see a draft. Every school may read
    a released course; queries select by licence. Only the owner writes. ``version`` counts the published versions
    (0: never published), ``revision`` the saves of the working copy and the publications: every save names the
    revision that the person has read, so that nobody overwrites changes silently.
    """

    __tablename__ = "courses"
    __table_args__ = (
        UniqueConstraint("school_id", "title"),
        UniqueConstraint("school_id", "code"),
        ForeignKeyConstraint(
            ["school_id", "created_by"], ["users.school_id", "users.id"], name="fk_courses_created_by"
        ),
        CheckConstraint("status IN ('draft', 'pending', 'approved', 'rejected')", name="status"),
    )

    id: Mapped[RowId]
    title: Mapped[str] = mapped_column(String(100))
    title_pinyin: Mapped[str] = mapped_column(String(400), default="", server_default="")
    title_initials: Mapped[str] = mapped_column(String(100), default="", server_default="")
    #: The owner's code of the course (课程代码).
    code: Mapped[str | None] = mapped_column(String(32))
    #: The name of the discipline (一级学科); ``app.rules.courses.disciplines`` has the catalogue.
    category: Mapped[str] = mapped_column(String(32))
    #: The name of the subject within the discipline (二级学科).
    subject: Mapped[str] = mapped_column(String(32), default="", server_default="")
    source_name: Mapped[str] = mapped_column(String(64), default="", server_default="")
    teachers: Mapped[str] = mapped_column(String(200), default="", server_default="")
    #: The teaching team in a few sentences, rich text.
    team: Mapped[str] = mapped_column(Text, default="", server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(20)), default=list, server_default="{}")
    summary: Mapped[str] = mapped_column(String(300), default="", server_default="")
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: The outline (教学大纲), rich text.
    outline: Mapped[str] = mapped_column(Text, default="", server_default="")
    audience: Mapped[str] = mapped_column(String(500), default="", server_default="")
    prerequisites: Mapped[str] = mapped_column(String(500), default="", server_default="")
    #: The references (参考资料), one on each line.
    readings: Mapped[str] = mapped_column(Text, default="", server_default="")
    hours: Mapped[int | None] = mapped_column(Integer)
    credit: Mapped[float | None] = mapped_column(Numeric(3, 1))
    #: ``app.rules.courses.assessment.Assessment`` as plain data; NULL: not filled in.
    assessment: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    cover: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    cover_sha: Mapped[str | None] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16), default="draft", server_default="draft")
    released: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    revision: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    #: The teacher or administrator who created the course.
    created_by: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the owner, and to every school for released courses."""
        return or_(cls.school_id == school_id, cls.released)


class CourseDraft(SchoolScoped, Base):
    """The working copy of a course, in editing or waiting for a review; a course has at most one.

    Only the owner can read it, even if other schools share the course.
    """

    __tablename__ = "course_drafts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_drafts_course",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "edited_by"], ["users.school_id", "users.id"], name="fk_course_drafts_edited_by"
        ),
        ForeignKeyConstraint(
            ["school_id", "submitted_by"],
            ["users.school_id", "users.id"],
            name="fk_course_drafts_submitted_by",
        ),
        CheckConstraint("state IN ('draft', 'pending', 'rejected')", name="state"),
    )

    course_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    state: Mapped[str] = mapped_column(String(16), default="draft", server_default="draft")
    #: ``app.rules.courses.fields.CourseContent`` as plain data.
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: Maps each field to the revision of the course that last changed it.
    touched: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default="{}")
    #: The new cover; NULL: the cover of the course.
    cover: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    #: The person who saved it last; NULL for a visiting secretary, whose account belongs to the alliance.
    edited_by: Mapped[int | None] = mapped_column(BigInteger)
    edited_by_name: Mapped[str] = mapped_column(String(100), default="", server_default="")
    edited_at: Mapped[CreatedAt]
    submitted_by: Mapped[int | None] = mapped_column(BigInteger)
    submitted_by_name: Mapped[str | None] = mapped_column(String(100))
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CourseVersion(SchoolScoped, Base):
    """A published version of a course: its whole content, the changes since the version before, and a note.

    ``released`` equals the flag of the course, so that schools that share the course can read its change log.
    """

    __tablename__ = "course_versions"
    __table_args__ = (
        UniqueConstraint("school_id", "course_id", "number"),
        ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_versions_course",
            ondelete="CASCADE",
        ),
    )

    id: Mapped[RowId]
    course_id: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: The names of the fields that differ from the version before.
    changed: Mapped[list[str]] = mapped_column(ARRAY(String(32)), default=list, server_default="{}")
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")
    released: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    published_by_name: Mapped[str] = mapped_column(String(100))
    published_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the owner, and to every school for versions of released courses."""
        return or_(cls.school_id == school_id, cls.released)


class CourseVersionOutbox(Outbox, Base):
    """A version that schools still have to be notified of.

    Schools are notified in the order of their ids; ``told_up_to`` is the last one so far.
    """

    __tablename__ = "course_version_outbox"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "version_id"],
            ["course_versions.school_id", "course_versions.id"],
            name="fk_course_version_outbox_version",
            ondelete="CASCADE",
        ),
        Index("ix_course_version_outbox_due_at", "due_at"),
    )

    version_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)
    told_up_to: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class CourseReview(SchoolScoped, Base):
    """A step in the review of a school's own course, with its reason (manual 7.3)."""

    __tablename__ = "course_reviews"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_reviews_course",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "by_id"], ["users.school_id", "users.id"], name="fk_course_reviews_by_id"
        ),
        CheckConstraint("step IN ('submitted', 'approved', 'rejected', 'taken_off')", name="step"),
        Index("ix_course_reviews_course", "school_id", "course_id", "id"),
    )

    id: Mapped[RowId]
    course_id: Mapped[int] = mapped_column(BigInteger)
    step: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    by_id: Mapped[int | None] = mapped_column(BigInteger)
    by_name: Mapped[str] = mapped_column(String(100))
    at: Mapped[CreatedAt]


class CourseRecommendation(SchoolScoped, Base):
    """The recommendation of a school's approved course to the alliance (推荐), with its content at that time.

    The school writes it (the secretariat answers in the school's scope), both read it. It stays when the school later
    takes the course off (manual 7.1: 被推荐后可以是未通过状态).
    """

    __tablename__ = "course_recommendations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["school_id", "course_id"],
            ["courses.school_id", "courses.id"],
            name="fk_course_recommendations_course",
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["school_id", "alliance_id"],
            ["schools.id", "schools.alliance_id"],
            name="fk_course_recommendations_alliance",
        ),
        CheckConstraint("state IN ('open', 'accepted', 'declined', 'withdrawn')", name="state"),
    )

    id: Mapped[RowId]
    course_id: Mapped[int] = mapped_column(BigInteger)
    alliance_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), default="open", server_default="open")
    #: The published version that was recommended.
    version: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    cover: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    note: Mapped[str] = mapped_column(String(500), default="", server_default="")
    answer: Mapped[str | None] = mapped_column(String(500))
    recommended_by_name: Mapped[str] = mapped_column(String(100))
    decided_by_name: Mapped[str | None] = mapped_column(String(100))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[CreatedAt]

    @classmethod
    def visible_to(cls, school_id: Any) -> ColumnElement[bool]:
        """Limit reading to the school and its alliance."""
        return or_(cls.school_id == school_id, cls.alliance_id == school_id)


Index(
    "uq_course_recommendations_open",
    CourseRecommendation.school_id,
    CourseRecommendation.course_id,
    unique=True,
    postgresql_where=CourseRecommendation.state.in_(("open", "accepted")),
)
