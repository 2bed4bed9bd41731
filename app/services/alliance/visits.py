"""Visits of the secretariat (进入学校): offered with a reason, begun by a link that works once, and ended.

A visit belongs to the school's scope; its alliance may read it. The visitor has no account at the school but a
separate role (``Role.VISITOR``), and their actions carry their name and the secretariat's.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from app.context import Actor, Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.models import SupportVisit, User
from app.rules.permissions import Action, Role
from app.services.messages.notices import notify_administrators
from app.services.schools.directory import get_member, require_alliance
from app.services.shared.audit import record
from app.services.shared.locks import Hold, locking
from app.services.shared.require_permission import acting_user_id, require
from tenants.registry import SchoolInfo, find_by_id

#: How long the link may wait to be used, and how long a visit lasts at most.
LINK_LIFETIME = timedelta(minutes=2)
LONGEST = timedelta(minutes=60)
REASON_LENGTH = (4, 500)
#: The prefix of the name under which a visitor acts.
VISITOR_PREFIX = "秘书处 · "


@dataclass(frozen=True, slots=True)
class OfferedVisit:
    """A visit whose link has not been followed yet; the token is shown only once."""

    visit_id: int
    school: SchoolInfo
    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class RunningVisit:
    """A visit that is running."""

    id: int
    name: str
    secretary_name: str
    reason: str
    ends_at: datetime


def visitor_name(secretary_name: str) -> str:
    """Return the name under which a visitor acts, in the log and on the page."""
    return VISITOR_PREFIX + secretary_name


def offer_visit(ctx: Context, *, school_id: int, reason: str) -> OfferedVisit:
    """Request to enter a school; recorded on both sides before anything is seen.

    Args:
        reason: for the school's administrators to read.

    Raises:
        NotAllowed: the actor is not a secretary.
        NotFound: there is no such member.
        Invalid: the reason is missing or not acceptable.
        Conflict: the school is suspended.
    """
    require(ctx, Action.ENTER_SCHOOL)
    require_alliance(ctx)
    secretary_id = acting_user_id(ctx)
    school = get_member(ctx, school_id=school_id)
    reason = " ".join(reason.split())
    least, most = REASON_LENGTH
    if len(reason) < least:
        raise Invalid("reason", msg("请写明进入的原因，至少 %(n)s 个字符；该校管理员会看到", n=least))
    if len(reason) > most:
        raise Invalid("reason", msg("原因最多 %(n)s 个字符", n=most))
    if school.status != "active":
        raise Conflict(msg("这所学校已暂停使用，恢复后才能进入"))
    token, until = secrets.token_urlsafe(32), ctx.now() + LINK_LIFETIME
    with ctx.within(school) as inner:
        visit = SupportVisit(
            alliance_id=ctx.school.id,
            secretary_id=secretary_id,
            secretary_name=ctx.actor.name,
            reason=reason,
            token_digest=_digest(inner, token),
            created_at=ctx.now(),
            ends_at=until,
        )
        inner.session.add(visit)
        inner.session.flush()
        record(inner, "visit.offered", "visit", visit.id, {"reason": reason})
    record(ctx, "visit.offered", "school", school.id, {"name": school.name, "reason": reason})
    return OfferedVisit(visit.id, school, token, until)


def find_offer(ctx: Context, *, token: str) -> SupportVisit:
    """Return the visit of a link that may still be used at this school.

    Raises:
        NotFound: the link was used, is too old, belongs to another school, or never existed.
    """
    return _offered(ctx, token, lock=False)


def begin_visit(ctx: Context, *, token: str) -> int:
    """Begin a visit by its link: the link is used up, and the school's administrators are told.

    Returns:
        the visit's id, to be stored in the session.

    Raises:
        NotFound: the link was used, is too old, belongs to another school, or never existed.
    """
    visit = _offered(ctx, token, lock=True)
    visit.token_digest, visit.started_at, visit.ends_at = None, ctx.now(), ctx.now() + LONGEST
    name = visitor_name(visit.secretary_name)
    inside = replace(ctx, actor=Actor(role=Role.VISITOR, name=name, address=ctx.actor.address))
    record(inside, "visit.started", "visit", visit.id, {"reason": visit.reason})
    notify_administrators(
        inside,
        subject=msg("联盟秘书处进入了本校管理端"),
        body=msg(
            "%(name)s 进入了本校管理端，最长 60 分钟。原因：%(reason)s",
            name=visit.secretary_name,
            reason=visit.reason,
        ),
        link=f"/manage/visits/{visit.id}/",
    )
    return visit.id


def get_running(ctx: Context, *, visit_id: int) -> RunningVisit | None:
    """Return a visit of this school while it is running: begun, not ended or expired, its secretary still active."""
    visit = ctx.session.scalar(
        select(SupportVisit).where(
            SupportVisit.school_id == ctx.school.id,
            SupportVisit.id == visit_id,
            SupportVisit.started_at.is_not(None),
            SupportVisit.ended_at.is_(None),
            SupportVisit.ends_at > ctx.now(),
        )
    )
    if visit is None or not _still_secretary(ctx, visit):
        return None
    name = visitor_name(visit.secretary_name)
    return RunningVisit(visit.id, name, visit.secretary_name, visit.reason, visit.ends_at)


def leave(ctx: Context, *, visit_id: int) -> bool:
    """End a visit as its visitor (「离开」), whose session names it.

    Returns:
        whether the visit was running until now.
    """
    return _end(ctx, visit_id)


def end_visit(ctx: Context, *, visit_id: int) -> bool:
    """End a visit as an administrator of the school (「结束来访」); the visitor's next request finds it ended.

    Raises:
        NotAllowed: the actor is not an administrator.
        NotFound: there is no such visit here.
        Conflict: it is over already.
    """
    require(ctx, Action.END_VISIT)
    query = select(SupportVisit.id).where(
        SupportVisit.school_id == ctx.school.id, SupportVisit.id == visit_id
    )
    if ctx.session.scalar(query) is None:
        raise NotFound(msg("没有找到这次来访"))
    if not _end(ctx, visit_id):
        raise Conflict(msg("这次来访已经结束"))
    return True


def _end(ctx: Context, visit_id: int) -> bool:
    this_visit = (SupportVisit.school_id == ctx.school.id, SupportVisit.id == visit_id)
    visit = ctx.session.scalar(locking(select(SupportVisit).where(*this_visit), SupportVisit, Hold.WRITE))
    if visit is None or visit.ended_at is not None or visit.ends_at <= ctx.now():
        return False
    # Recorded first, so that the end belongs to the actions of the visit.
    record(ctx, "visit.ended", "visit", visit.id)
    # An offer that is ended cannot be followed any more, either.
    visit.ended_at, visit.token_digest = ctx.now(), None
    return True


def _offered(ctx: Context, token: str, *, lock: bool) -> SupportVisit:
    statement = select(SupportVisit).where(
        SupportVisit.school_id == ctx.school.id,
        SupportVisit.token_digest == _digest(ctx, token),
        SupportVisit.started_at.is_(None),
        SupportVisit.ended_at.is_(None),
        SupportVisit.ends_at > ctx.now(),
    )
    visit = ctx.session.scalar(locking(statement, SupportVisit, Hold.WRITE) if lock else statement)
    if visit is None or not _still_secretary(ctx, visit):
        raise NotFound(msg("这个链接已经用过或已失效，请回到联盟管理端重新进入"))
    return visit


def _still_secretary(ctx: Context, visit: SupportVisit) -> bool:
    """Return whether the visitor's account at the alliance is active; nothing else is read there."""
    alliance = find_by_id(visit.alliance_id)
    if alliance is None:
        return False
    with ctx.within(alliance) as alliance_ctx:
        open_account = select(User.id).where(
            User.id == visit.secretary_id, User.kind == "secretary", User.status == "active"
        )
        return alliance_ctx.session.scalar(open_account) is not None


def _digest(ctx: Context, token: str) -> bytes:
    return ctx.vault.blind_index(ctx.school.id, "visit", token)
