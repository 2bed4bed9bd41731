"""The activity of member schools (联盟管理 → 活跃情况), compared and over time, read from their stored figures only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import aliased

from app.context import Context
from app.models import School, SchoolFigure
from app.rules.alliance.figures import CountedDay, DayFigures, totals
from app.rules.permissions import Action
from app.services.schools.directory import get_member, require_alliance
from app.services.shared.paging import LONG_PAGE_SIZE, Page, fetch_page
from app.services.shared.require_permission import require
from app.services.shared.search import school_matches
from tenants.registry import SchoolInfo

#: Days over which a change is measured.
CHANGE_DAYS = 30
#: Periods in days that a chart may show.
SPANS = (30, 90, 365)
#: The most points of a chart; over a longer time only some days are drawn.
_POINTS = 91

SORTS = ("name", "people", "activated", "courses_online", "registrations", "last_activity_at")


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """A school with its latest figures and those of ``CHANGE_DAYS`` before; ``None``: not counted (by then)."""

    school_id: int
    name: str
    unit_code: str
    slug: str
    status: str
    day: date | None
    now: DayFigures | None
    before: DayFigures | None
    last_activity_at: datetime | None
    counted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Series:
    """Days and the figures of each; ``None``: not counted by then."""

    days: tuple[date, ...]
    figures: tuple[DayFigures | None, ...]


def list_activity(
    ctx: Context,
    *,
    text: str = "",
    sort: str = "name",
    descending: bool = False,
    page: int = 1,
    size: int = LONG_PAGE_SIZE,
) -> Page[ActivityRow]:
    """Return one page of the member schools with their figures.

    Args:
        text: as in the list of schools; blank for all.
        sort: one of ``SORTS``; ``activated`` sorts by the share of people.
        page: from 1.
        size: rows on a page.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    conditions = _members(ctx, text)
    count = select(func.count()).select_from(School).where(*conditions)
    statement = _rows(ctx, sort, descending).where(*conditions)
    return fetch_page(ctx.session, statement, _row, page=page, size=size, count=count)


def all_activity(
    ctx: Context, *, text: str = "", sort: str = "name", descending: bool = False
) -> list[ActivityRow]:
    """Return all pages of ``list_activity``.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    statement = _rows(ctx, sort, descending).where(*_members(ctx, text))
    return [_row(*found) for found in ctx.session.execute(statement)]


def get_activity(ctx: Context, *, school_id: int) -> tuple[SchoolInfo, ActivityRow]:
    """Return a member school with its figures.

    Raises:
        NotAllowed: the actor is not the secretariat.
        NotFound: there is no such member.
    """
    require(ctx, Action.SEE_ACTIVITY)
    require_alliance(ctx)
    school = get_member(ctx, school_id=school_id)
    return school, _row(*ctx.session.execute(_rows(ctx, "name", False).where(School.id == school_id)).one())


def activity_in_time(ctx: Context, *, span: int, school_id: int | None = None) -> Series:
    """Return the figures of a school, or of all together, on the days up to today.

    Args:
        span: days back, today included.
        school_id: a member; ``None`` for the sums of all.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require(ctx, Action.SEE_ACTIVITY)
    require_alliance(ctx)
    step = -(-span // _POINTS)
    days = tuple(ctx.today() - timedelta(days=back) for back in range((span - 1) // step * step, -1, -step))
    conditions = [SchoolFigure.alliance_id == ctx.school.id, SchoolFigure.day <= days[-1]]
    if school_id is not None:
        conditions.append(SchoolFigure.school_id == school_id)
    # The last count before the first day is valid until the school is counted again.
    first = (
        select(SchoolFigure.school_id, func.max(SchoolFigure.day).label("day"))
        .where(*conditions, SchoolFigure.day <= days[0])
        .group_by(SchoolFigure.school_id)
        .subquery()
    )
    rows = ctx.session.execute(
        select(
            SchoolFigure.school_id,
            SchoolFigure.day,
            SchoolFigure.people,
            SchoolFigure.activated,
            SchoolFigure.courses_online,
            SchoolFigure.registrations,
        )
        .outerjoin(first, first.c.school_id == SchoolFigure.school_id)
        .where(*conditions, SchoolFigure.day >= func.coalesce(first.c.day, days[0]))
        .order_by(SchoolFigure.day)
    )
    counted = [CountedDay(row[0], row[1], DayFigures(*row[2:])) for row in rows]
    return Series(days, tuple(totals(days, counted)))


def _members(ctx: Context, text: str) -> list[ColumnElement[bool]]:
    require(ctx, Action.SEE_ACTIVITY)
    require_alliance(ctx)
    return [School.kind == "member", school_matches(text)]


def _rows(ctx: Context, sort: str, descending: bool) -> Select[Any]:
    now, before = _latest(ctx, ctx.today()), _latest(ctx, ctx.today() - timedelta(days=CHANGE_DAYS))
    order: dict[str, Any] = {
        "name": School.name,
        "people": now.people,
        "activated": now.activated * 1.0 / func.nullif(now.people, 0),
        "courses_online": now.courses_online,
        "registrations": now.registrations,
        "last_activity_at": now.last_activity_at,
    }
    by = order[sort].desc().nulls_last() if descending else order[sort].asc().nulls_last()
    return (
        select(
            School.id, School.name, School.unit_code, School.slug, School.status, now.day, now.last_activity_at,
            now.counted_at, now.people, now.activated, now.courses_online, now.registrations,
            before.people, before.activated, before.courses_online, before.registrations,
        )
        .select_from(School)
        .outerjoin(now, true())
        .outerjoin(before, true())
        .order_by(by, School.name, School.id)
    )  # fmt: skip


def _latest(ctx: Context, day: date) -> Any:
    """Return a school's last figures up to a day, to be joined to ``School``."""
    figures = (
        select(SchoolFigure)
        .where(
            SchoolFigure.alliance_id == ctx.school.id,
            SchoolFigure.school_id == School.id,
            # A school in a time zone further east may be a day ahead.
            SchoolFigure.day <= day + timedelta(days=1),
        )
        .order_by(SchoolFigure.day.desc())
        .limit(1)
        .correlate(School)
        .lateral()
    )
    return aliased(SchoolFigure, figures)


def _row(*found: Any) -> ActivityRow:
    school, (day, last, counted), now, before = found[:5], found[5:8], found[8:12], found[12:16]
    school_id, name, unit_code, slug, status = school
    return ActivityRow(
        school_id=school_id,
        name=name,
        unit_code=unit_code,
        slug=slug,
        status=status,
        day=day,
        now=DayFigures(*now) if now[0] is not None else None,
        before=DayFigures(*before) if before[0] is not None else None,
        last_activity_at=last,
        counted_at=counted,
    )
