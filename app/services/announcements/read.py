"""Announcements (公告) for readers: a school's own, and the alliance's for the school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.context import Context
from app.errors import NotFound, msg
from app.models import Announcement, AnnouncementTarget
from app.rules.permissions import Role

#: Roles that do not read what is for teachers and administrators only; a visitor of the site has a student's role.
_OUTSIDE_STAFF = frozenset({Role.STUDENT})


@dataclass(frozen=True, slots=True)
class ShownAnnouncement:
    """An announcement that is shown now; ``body`` is safe markup."""

    owner_id: int
    id: int
    title: str
    body: str
    audience: str
    pinned: bool
    from_alliance: bool
    published_at: datetime
    ends_on: date | None


def list_shown(ctx: Context, *, limit: int) -> list[ShownAnnouncement]:
    """Return the announcements for the acting person, pinned ones first, then the latest, in one query.

    At a school these are its own announcements and the alliance's for it; on the alliance's host those for everybody.
    """
    latest = (Announcement.pinned.desc(), Announcement.published_at.desc(), Announcement.id.desc())
    rows = ctx.session.execute(_shown(ctx).order_by(*latest).limit(limit))
    return [_read(row) for row in rows]


def list_from_alliance(ctx: Context, *, limit: int) -> list[ShownAnnouncement]:
    """Return the announcements that the alliance shows at this school now, for its administrators."""
    latest = (Announcement.pinned.desc(), Announcement.published_at.desc(), Announcement.id.desc())
    query = _shown(ctx).where(Announcement.school_id != ctx.school.id)
    return [_read(row) for row in ctx.session.execute(query.order_by(*latest).limit(limit))]


def get_shown(ctx: Context, owner_id: int, announcement_id: int) -> ShownAnnouncement:
    """Return one of the announcements for the acting person.

    Args:
        owner_id: the school, or the alliance, that owns the announcement.

    Raises:
        NotFound: unknown, not published, over, or not for this person or school.
    """
    query = _shown(ctx).where(Announcement.school_id == owner_id, Announcement.id == announcement_id)
    row = ctx.session.execute(query).one_or_none()
    if row is None:
        raise NotFound(msg("没有找到这条公告，它可能已经撤回"))
    return _read(row)


def _read(row: Any) -> ShownAnnouncement:
    # A shown announcement has been published, which the column's type does not say.
    return ShownAnnouncement(*row)


def lasts(ctx: Context) -> ColumnElement[bool]:
    """Return the condition that the last day of an announcement has not passed."""
    return or_(Announcement.ends_on.is_(None), Announcement.ends_on >= ctx.today())


def _shown(
    ctx: Context,
) -> Select[int, int, str, str, str, bool, bool, datetime | None, date | None]:
    statement = select(
        Announcement.school_id,
        Announcement.id,
        Announcement.title,
        Announcement.body,
        Announcement.audience,
        Announcement.pinned,
        Announcement.shared,
        Announcement.published_at,
        Announcement.ends_on,
    ).where(
        Announcement.published_at <= ctx.now(),
        lasts(ctx),
        _addressed(ctx),
    )
    if ctx.actor.role in _OUTSIDE_STAFF:
        statement = statement.where(Announcement.audience == "everyone")
    return statement


def _addressed(ctx: Context) -> ColumnElement[bool]:
    if ctx.school.is_alliance:
        # The alliance's host is open to all; announcements for some schools are read at these schools.
        return and_(Announcement.school_id == ctx.school.id, Announcement.to_all)
    to_us = (
        select(AnnouncementTarget.announcement_id)
        .where(
            AnnouncementTarget.school_id == ctx.school.id,
            AnnouncementTarget.owner_id == Announcement.school_id,
            AnnouncementTarget.announcement_id == Announcement.id,
        )
        .exists()
    )
    from_alliance = and_(
        Announcement.school_id == ctx.school.alliance_id,
        Announcement.shared,
        or_(Announcement.to_all, to_us),
    )
    return or_(Announcement.school_id == ctx.school.id, from_alliance)
