"""The demo's past two months: daily figures that lead up to today's, and announcements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from math import sin

from sqlalchemy import func, select, update

from app.context import Actor, Context
from app.demo.data_files import load
from app.models import Announcement, Registration, SchoolFigure, User
from app.rules.permissions import Role
from app.services.alliance.figures import write_figures
from app.services.announcements.write import AnnouncementContent, save_announcement

DAYS = 60


@dataclass(frozen=True, slots=True)
class Announcements:
    """The announcements of the alliance, and of each school by its slug."""

    alliance: tuple[AnnouncementContent, ...]
    schools: Mapping[str, AnnouncementContent]


@cache
def announcements() -> Announcements:
    """Return all announcements of the demo."""
    return load(Announcements, "announcements.toml")


def announce(ctx: Context, *contents: AnnouncementContent, role: Role, name: str) -> None:
    """Publish the announcements that do not exist yet."""
    author_ctx = replace(ctx, actor=Actor(role=role, name=name))
    for content in contents:
        same = select(Announcement.id).where(
            Announcement.school_id == ctx.school.id, Announcement.title == content.title
        )
        if ctx.session.scalar(same) is None:
            save_announcement(author_ctx, content=content, publish=True)


def add_past_activity(ctx: Context) -> None:
    """Give registered people a last login, and add the figures of past days that lead up to today's."""
    if ctx.session.scalar(select(SchoolFigure.day).where(SchoolFigure.school_id == ctx.school.id).limit(1)):
        return
    registered = (
        select(func.max(Registration.registered_at))
        .where(Registration.school_id == User.school_id, Registration.user_id == User.id)
        .scalar_subquery()
    )
    ctx.session.execute(
        update(User)
        .where(
            User.school_id == ctx.school.id,
            User.last_login_at.is_(None),
            User.id.in_(select(Registration.user_id)),
        )
        .values(last_login_at=registered),
        execution_options={"synchronize_session": False},
    )
    write_figures(ctx)
    today = ctx.session.scalars(select(SchoolFigure).where(SchoolFigure.day == ctx.today())).one()
    for days_ago in range(1, DAYS):
        ctx.session.add(
            SchoolFigure(
                day=ctx.today() - timedelta(days=days_ago),
                alliance_id=ctx.school.alliance_id,
                people=_past_number(today.people, days_ago, 0.55),
                activated=_past_number(today.activated, days_ago, 0.1),
                courses_online=_past_number(today.courses_online, days_ago, 0.3),
                registrations=_past_number(today.registrations, days_ago, 0.05),
                last_activity_at=today.last_activity_at and today.last_activity_at - timedelta(days=days_ago),
                counted_at=ctx.now() - timedelta(days=days_ago),
            )
        )
    ctx.session.flush()


def _past_number(number: int, days_ago: int, first_share: float) -> int:
    """Return a number as of some days ago: it grows from a share of today's, fastest in the middle, and never falls."""
    elapsed = 1 - days_ago / DAYS
    # the sine is less steep than ``elapsed``, so that the sum always rises
    share = first_share + (1 - first_share) * (elapsed - sin(6.283 * elapsed) / 6.6)
    return min(number, round(number * max(share, 0)))
