"""The registry of schools, the only business table without a scope, because it scopes the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from tenants.db import Base


class School(Base):
    """A tenant: a member school, or the alliance itself (``kind = 'alliance'``).

    ``alliance_id`` names the alliance that opened the school (the alliance names itself); row-level security
    lets only that tenant write the row. Everything in it is public: the directory 联盟成员 shows it.
    """

    __tablename__ = "schools"
    __table_args__ = (
        # rows between a school and its alliance refer to this, so that no other tenant can pose as the alliance
        UniqueConstraint("id", "alliance_id"),
        CheckConstraint("kind IN ('alliance', 'member')", name="kind"),
        CheckConstraint("status IN ('active', 'suspended')", name="status"),
        CheckConstraint("kind = 'member' OR alliance_id = id", name="alliance_is_its_own"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    alliance_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("schools.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default="member")
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    unit_code: Mapped[str] = mapped_column(String(5), unique=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    short_name: Mapped[str] = mapped_column(String(16))
    name_pinyin: Mapped[str] = mapped_column(String(400))
    name_initials: Mapped[str] = mapped_column(String(64))
    accent: Mapped[str] = mapped_column(String(7))
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    status: Mapped[str] = mapped_column(String(16), default="active")
    logo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    logo_sha: Mapped[str | None] = mapped_column(String(16))
    #: The most accounts and the most own courses that the alliance allows; NULL: no limit.
    most_people: Mapped[int | None] = mapped_column(Integer)
    most_courses: Mapped[int | None] = mapped_column(Integer)
    #: Whether the alliance requires a 运营教师 before a course goes online (教高〔2022〕1号: 课程责任教师).
    requires_operating_teacher: Mapped[bool] = mapped_column(Boolean, default=False, server_default="false")
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
