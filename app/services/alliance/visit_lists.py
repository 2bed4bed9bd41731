"""The history of visits by the secretariat, with reasons and actions: for the school, and for the alliance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select

from app.context import Context
from app.errors import NotFound, msg
from app.models import AuditEntry, School, SupportVisit
from app.rules.permissions import Action
from app.services.alliance.visits import visitor_name
from app.services.shared.paging import Page, fetch_page
from app.services.shared.require_permission import require

#: Actions shown of one visit; the log has all of them.
_MOST_ACTS = 200


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as both sides read it; ``state``: ``offered``, ``running``, ``ended`` or ``unused``."""

    id: int
    school_id: int
    school_name: str
    secretary_name: str
    reason: str
    state: str
    created_at: datetime
    started_at: datetime | None
    #: When it ended, or will end at the latest.
    until: datetime


def list_visits(ctx: Context, *, page: int = 1) -> Page[VisitRow]:
    """Return one page of the visits at this school, or of the alliance's secretaries; latest first.

    Raises:
        NotAllowed: the actor is neither an administrator nor a secretary.
    """
    require(ctx, Action.SEE_VISITS)
    visible = (
        SupportVisit.alliance_id == ctx.school.id
        if ctx.school.is_alliance
        else SupportVisit.school_id == ctx.school.id
    )
    visits = (
        select(SupportVisit, School.name)
        .join(School, School.id == SupportVisit.school_id)
        .where(visible)
        .order_by(SupportVisit.created_at.desc(), SupportVisit.id.desc())
    )
    return fetch_page(ctx.session, visits, partial(_row, ctx), page=page)


def get_visit(ctx: Context, *, visit_id: int) -> tuple[VisitRow, list[AuditEntry]]:
    """Return a visit at this school, with the actions during it, in order.

    Raises:
        NotAllowed: the actor is not an administrator.
        NotFound: there is no such visit here.
    """
    require(ctx, Action.SEE_VISITS)
    this_visit = (SupportVisit.school_id == ctx.school.id, SupportVisit.id == visit_id)
    visit = ctx.session.scalar(select(SupportVisit).where(*this_visit))
    if visit is None:
        raise NotFound(msg("没有找到这次来访"))
    row = _row(ctx, visit, ctx.school.name)
    if visit.started_at is None:
        return row, []
    acts = (
        select(AuditEntry)
        .where(
            AuditEntry.actor_id.is_(None),
            AuditEntry.actor_name == visitor_name(visit.secretary_name),
            AuditEntry.at >= visit.started_at,
            AuditEntry.at <= row.until,
        )
        .order_by(AuditEntry.id)
        .limit(_MOST_ACTS)
    )
    return row, list(ctx.session.scalars(acts))


def _row(ctx: Context, visit: SupportVisit, school_name: str) -> VisitRow:
    over = visit.ended_at is not None or visit.ends_at <= ctx.now()
    waiting, done = ("offered", "unused") if visit.started_at is None else ("running", "ended")
    return VisitRow(
        visit.id,
        visit.school_id,
        school_name,
        visit.secretary_name,
        visit.reason,
        done if over else waiting,
        visit.created_at,
        visit.started_at,
        visit.ended_at or visit.ends_at,
    )
