"""The demo's last two months: figures that lead up to what is there today, and announcements."""

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
    """What the alliance and each school, by its slug, have announced."""

    alliance: tuple[AnnouncementContent, ...]
    schools: Mapping[str, AnnouncementContent]


@cache
def announcements() -> Announcements:
    """All announcements of the demo."""
    return load(Announcements, "announcements.toml")


def announce(ctx: Context, *contents: AnnouncementContent, role: Role, name: str) -> None:
    """Publish announcements that are not there yet."""
    speaking = replace(ctx, actor=Actor(role=role, name=name))
    for content in contents:
        same = select(Announcement.id).where(
            Announcement.school_id == ctx.school.id, Announcement.title == content.title
        )
        if ctx.session.scalar(same) is None:
            save_announcement(speaking, content=content, publish=True)


def remember_activity(ctx: Context) -> None:
    """Whoever registered has been here; and the figures of the days before lead up to today's."""
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
    for back in range(1, DAYS):
        ctx.session.add(
            SchoolFigure(
                day=ctx.today() - timedelta(days=back),
                alliance_id=ctx.school.alliance_id,
                people=_then(today.people, back, 0.55),
                activated=_then(today.activated, back, 0.1),
                courses_online=_then(today.courses_online, back, 0.3),
                registrations=_then(today.registrations, back, 0.05),
                last_activity_at=today.last_activity_at and today.last_activity_at - timedelta(days=back),
                counted_at=ctx.now() - timedelta(days=back),
            )
        )
    ctx.session.flush()


def _then(now: int, back: int, began_with: float) -> int:
    """A number some days ago: it grew from a part of today's, fastest in the middle, and never fell."""
    done = 1 - back / DAYS
    # Less than the steepest slope of ``done``, so that the sum still rises.
    share = began_with + (1 - began_with) * (done - sin(6.283 * done) / 6.6)
    return min(now, round(now * max(share, 0)))
