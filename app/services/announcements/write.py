"""Writing announcements (公告): drafts, publishing, changing, withdrawing; a school's own and the alliance's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import Announcement, AnnouncementTarget
from app.rules.permissions import Action
from app.rules.shared.html import rich_text
from app.services.announcements.read import lasts
from app.services.schools.directory import get_members
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import words

TITLE_LENGTH = 100
#: Characters of the markup; a longer text belongs in a document.
BODY_LENGTH = 20_000
AUDIENCES = ("everyone", "staff")
#: The states by which the list is filtered: ``shown`` now, over (``past``), or not published (``draft``).
STATES = ("shown", "past", "draft")


#: An announcement as it is stored.
StoredAnnouncement = Announcement


@dataclass(frozen=True, slots=True)
class AnnouncementContent:
    """The text of an announcement, its audience and its end.

    Args:
        audience: one of ``AUDIENCES``.
        to_all, school_ids: the schools that the alliance addresses; a school leaves them at their defaults.
    """

    title: str
    body: str
    audience: str = "everyone"
    pinned: bool = False
    ends_on: date | None = None
    to_all: bool = True
    school_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class AnnouncementRow:
    """A line of the writer's list; ``schools`` counts the schools that are addressed individually."""

    announcement: Announcement
    state: str
    schools: int


def list_announcements(
    ctx: Context, *, text: str = "", state: str | None = None, page: int = 1
) -> Page[AnnouncementRow]:
    """Return one page of the own announcements, pinned and latest first.

    Args:
        text: words that must all be in the title; blank for all.
        state: one of ``STATES``; ``None`` for all.
    """
    require(ctx, Action.ANNOUNCE)
    conditions = [Announcement.school_id == ctx.school.id, words(text, Announcement.title)]
    if state:
        conditions.append(_in_state(ctx, state))
    addressed = (
        select(func.count())
        .select_from(AnnouncementTarget)
        .where(
            AnnouncementTarget.owner_id == Announcement.school_id,
            AnnouncementTarget.announcement_id == Announcement.id,
        )
        .scalar_subquery()
    )
    query = (
        select(Announcement, addressed)
        .where(*conditions)
        .order_by(Announcement.pinned.desc(), Announcement.id.desc())
    )

    def row(announcement: Announcement, schools: int) -> AnnouncementRow:
        return AnnouncementRow(announcement, state_of(ctx, announcement), schools)

    return fetch_page(ctx.session, query, row, page=page)


def get_announcement(ctx: Context, *, announcement_id: int) -> tuple[Announcement, list[int]]:
    """Return an own announcement for editing, with the schools that are addressed individually.

    Raises:
        NotFound: there is no such announcement of this tenant.
    """
    require(ctx, Action.ANNOUNCE)
    row = _own(ctx, announcement_id)
    targets = select(AnnouncementTarget.school_id).where(
        AnnouncementTarget.owner_id == ctx.school.id, AnnouncementTarget.announcement_id == row.id
    )
    return row, list(ctx.session.scalars(targets))


def save_announcement(
    ctx: Context, *, content: AnnouncementContent, publish: bool, announcement_id: int | None = None
) -> Announcement:
    """Create or change an announcement; a published one stays published, and its row stays the same.

    Args:
        publish: show it from now on; otherwise it is stored as a draft, or keeps its state.
        announcement_id: the one to change; ``None`` for a new one.

    Raises:
        Invalid: with the field and the reason.
        NotFound: there is no such announcement of this tenant.
    """
    require(ctx, Action.ANNOUNCE)
    values = _checked(ctx, content, publish)
    if announcement_id is None:
        row = Announcement(school_id=ctx.school.id, created_by_name=ctx.actor.name, **values)
        ctx.session.add(row)
    else:
        row = _own(ctx, announcement_id, lock=True)
        for name, value in values.items():
            setattr(row, name, value)
    published = publish and row.published_at is None
    if published:
        row.published_at = ctx.now()
    row.shared = ctx.school.is_alliance and row.published_at is not None
    ctx.session.flush()
    if ctx.school.is_alliance:
        _address(ctx, row, () if content.to_all else content.school_ids)
    step = "published" if published else "created" if announcement_id is None else "edited"
    record(ctx, f"announcement.{step}", "announcement", row.id, {"title": row.title})
    return row


def withdraw_announcement(ctx: Context, *, announcement_id: int) -> Announcement:
    """Withdraw an announcement (「撤回」): it is no longer shown, becomes a draft again and may be published anew.

    Raises:
        Conflict: it is not published.
        NotFound: there is no such announcement of this tenant.
    """
    require(ctx, Action.ANNOUNCE)
    row = _own(ctx, announcement_id, lock=True)
    if row.published_at is None:
        raise Conflict(msg("这条公告没有发布，不需要撤回"))
    row.published_at, row.shared = None, False
    record(ctx, "announcement.withdrawn", "announcement", row.id, {"title": row.title})
    return row


def delete_announcement(ctx: Context, *, announcement_id: int) -> str:
    """Delete a draft for good.

    Returns:
        its title.

    Raises:
        Conflict: it is published.
        NotFound: there is no such announcement of this tenant.
    """
    require(ctx, Action.ANNOUNCE)
    row = _own(ctx, announcement_id, lock=True)
    if row.published_at is not None:
        raise Conflict(msg("已发布的公告请先撤回，再删除"))
    ctx.session.delete(row)
    record(ctx, "announcement.deleted", "announcement", row.id, {"title": row.title})
    return row.title


def state_of(ctx: Context, row: Announcement) -> str:
    """Return one of ``STATES``."""
    if row.published_at is None:
        return "draft"
    return "past" if row.ends_on is not None and row.ends_on < ctx.today() else "shown"


def _in_state(ctx: Context, state: str) -> ColumnElement[bool]:
    if state == "draft":
        return Announcement.published_at.is_(None)
    return Announcement.published_at.is_not(None) & (~lasts(ctx) if state == "past" else lasts(ctx))


def _own(ctx: Context, announcement_id: int, *, lock: bool = False) -> Announcement:
    query_conditions = (Announcement.school_id == ctx.school.id, Announcement.id == announcement_id)
    statement = select(Announcement).where(*query_conditions)
    row = ctx.session.scalar(locking(statement, Announcement, Hold.WRITE) if lock else statement)
    if row is None:
        raise NotFound(msg("没有找到这条公告"))
    return row


def _checked(ctx: Context, content: AnnouncementContent, publish: bool) -> dict[str, Any]:
    title, body = content.title.strip(), rich_text(content.body)
    if not title:
        raise Invalid("title", msg("请填写标题"))
    if len(title) > TITLE_LENGTH:
        raise Invalid("title", msg("标题最多 %(n)s 个字符", n=TITLE_LENGTH))
    if not body:
        raise Invalid("body", msg("请填写内容"))
    if len(body) > BODY_LENGTH:
        raise Invalid("body", msg("内容最多 %(n)s 个字符", n=BODY_LENGTH))
    if content.audience not in AUDIENCES:
        raise Invalid("audience", msg("请选择公告对象"))
    if publish and content.ends_on is not None and content.ends_on < ctx.today():
        raise Invalid("ends_on", msg("最后一天已经过去，请改为今天或以后的日期"))
    if ctx.school.is_alliance and not content.to_all and not content.school_ids:
        raise Invalid("school_ids", msg("请至少选择一所学校，或者改为“全部学校”"))
    return {
        "title": title,
        "body": body,
        "audience": content.audience,
        "pinned": content.pinned,
        "ends_on": content.ends_on,
        "to_all": ctx.school.is_alliance and content.to_all,
    }


def _address(ctx: Context, row: Announcement, school_ids: Sequence[int]) -> None:
    """Replace the schools to which an announcement of the alliance is addressed individually."""
    chosen = {school.id for school in get_members(ctx, school_ids=school_ids)} if school_ids else set()
    targets = (AnnouncementTarget.owner_id == row.school_id, AnnouncementTarget.announcement_id == row.id)
    removed = delete(AnnouncementTarget).where(*targets, AnnouncementTarget.school_id.not_in(chosen))
    ctx.session.execute(removed, execution_options={"synchronize_session": False})
    present = set(ctx.session.scalars(select(AnnouncementTarget.school_id).where(*targets)))
    ctx.session.add_all(
        AnnouncementTarget(school_id=school_id, owner_id=row.school_id, announcement_id=row.id)
        for school_id in sorted(chosen - present)
    )
    ctx.session.flush()
