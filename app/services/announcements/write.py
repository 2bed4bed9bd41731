"""Writing announcements (公告): drafts, publishing, changing, taking back; a school's own and the alliance's."""

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
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import words

TITLE_LENGTH = 100
#: Characters of the markup; a longer text belongs into a document.
BODY_LENGTH = 20_000
AUDIENCES = ("everyone", "staff")
#: What the list is filtered by: ``shown`` now, over (``past``), or not published (``draft``).
STATES = ("shown", "past", "draft")


@dataclass(frozen=True, slots=True)
class AnnouncementContent:
    """What is said, to whom, and until when.

    Args:
        audience: one of ``AUDIENCES``.
        to_all, school_ids: whom the alliance addresses; a school addresses its own people and leaves them.
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
    """A line of the writer's list; ``schools`` counts those addressed one by one."""

    announcement: Announcement
    state: str
    schools: int


def list_announcements(
    ctx: Context, *, text: str = "", state: str | None = None, page: int = 1
) -> Page[AnnouncementRow]:
    """Own announcements, pinned and latest first.

    Args:
        text: words that must all be in the title; blank for all.
        state: one of ``STATES``; ``None`` for all.
    """
    require(ctx, Action.ANNOUNCE)
    mine = [Announcement.school_id == ctx.school.id, words(text, Announcement.title)]
    if state:
        mine.append(_in_state(ctx, state))
    addressed = (
        select(func.count())
        .select_from(AnnouncementTarget)
        .where(
            AnnouncementTarget.owner_id == Announcement.school_id,
            AnnouncementTarget.announcement_id == Announcement.id,
        )
        .scalar_subquery()
    )
    wanted = (
        select(Announcement, addressed)
        .where(*mine)
        .order_by(Announcement.pinned.desc(), Announcement.id.desc())
    )

    def row(announcement: Announcement, schools: int) -> AnnouncementRow:
        return AnnouncementRow(announcement, state_of(ctx, announcement), schools)

    return fetch_page(ctx.session, wanted, row, page=page)


def get_announcement(ctx: Context, *, announcement_id: int) -> tuple[Announcement, list[int]]:
    """An own announcement to be edited, with the schools addressed one by one.

    Raises:
        NotFound: none, or not this tenant's.
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
    """Write or change an announcement; one that is published stays so, and its row stays the same.

    Args:
        publish: show it from now on; else it is kept as a draft, or as it is.
        announcement_id: the one to change; ``None`` for a new one.

    Raises:
        Invalid: with the field and the reason.
        NotFound: none, or not this tenant's.
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
    """「撤回」: nobody is shown it any more; it is a draft again and may be published anew.

    Raises:
        Conflict: it is not published.
        NotFound: none, or not this tenant's.
    """
    require(ctx, Action.ANNOUNCE)
    row = _own(ctx, announcement_id, lock=True)
    if row.published_at is None:
        raise Conflict(msg("这条公告没有发布，不需要撤回"))
    row.published_at, row.shared = None, False
    record(ctx, "announcement.withdrawn", "announcement", row.id, {"title": row.title})
    return row


def delete_announcement(ctx: Context, *, announcement_id: int) -> str:
    """Remove a draft for good.

    Returns:
        its title.

    Raises:
        Conflict: it is published.
        NotFound: none, or not this tenant's.
    """
    require(ctx, Action.ANNOUNCE)
    row = _own(ctx, announcement_id, lock=True)
    if row.published_at is not None:
        raise Conflict(msg("已发布的公告请先撤回，再删除"))
    ctx.session.delete(row)
    record(ctx, "announcement.deleted", "announcement", row.id, {"title": row.title})
    return row.title


def state_of(ctx: Context, row: Announcement) -> str:
    """One of ``STATES``."""
    if row.published_at is None:
        return "draft"
    return "past" if row.ends_on is not None and row.ends_on < ctx.today() else "shown"


def _in_state(ctx: Context, state: str) -> ColumnElement[bool]:
    if state == "draft":
        return Announcement.published_at.is_(None)
    return Announcement.published_at.is_not(None) & (~lasts(ctx) if state == "past" else lasts(ctx))


def _own(ctx: Context, announcement_id: int, *, lock: bool = False) -> Announcement:
    mine = (Announcement.school_id == ctx.school.id, Announcement.id == announcement_id)
    statement = select(Announcement).where(*mine)
    row = ctx.session.scalar(statement.with_for_update() if lock else statement)
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
    """Replace the schools that an announcement of the alliance is addressed to one by one."""
    chosen = {school.id for school in get_members(ctx, school_ids=school_ids)} if school_ids else set()
    mine = (AnnouncementTarget.owner_id == row.school_id, AnnouncementTarget.announcement_id == row.id)
    gone = delete(AnnouncementTarget).where(*mine, AnnouncementTarget.school_id.not_in(chosen))
    ctx.session.execute(gone, execution_options={"synchronize_session": False})
    known = set(ctx.session.scalars(select(AnnouncementTarget.school_id).where(*mine)))
    ctx.session.add_all(
        AnnouncementTarget(school_id=school_id, owner_id=row.school_id, announcement_id=row.id)
        for school_id in sorted(chosen - known)
    )
    ctx.session.flush()
