"""A person's course dates as a calendar: downloaded once, or subscribed to under a secret address."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select, update

from app.context import Actor, Context
from app.errors import Message, NotFound, msg
from app.models import User
from app.rules.permissions import Action, Role, may
from app.services.catalogue.school import CatalogueItem, my_courses
from app.services.shared.audit import record
from app.services.shared.require_permission import acting_user_id

_WHAT = {
    "registration_ends_on": msg("退课截止：%(title)s"),
    "starts_on": msg("开课：%(title)s"),
    "ends_on": msg("结课：%(title)s"),
}


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A whole day at the school; ``key`` identifies the day even when its date has moved."""

    key: str
    day: date
    summary: Message
    offering_id: int


def my_days(ctx: Context, *, offering_id: int | None = None) -> Sequence[CalendarDay]:
    """Return the days of the acting person's courses.

    Args:
        offering_id: of this course only.

    Raises:
        NotAllowed: nobody is logged in.
        NotFound: the person is not registered for the course, or it is offline.
    """
    courses = [item for item in my_courses(ctx) if item.shown]
    if offering_id is not None:
        courses = [item for item in courses if item.id == offering_id]
        if not courses:
            raise NotFound(msg("没有找到这门课程"))
    return [day for item in courses for day in _days(ctx, item)]


def my_subscription(ctx: Context) -> str | None:
    """Return the secret part of the acting person's calendar address; ``None`` if they have not created one.

    Raises:
        NotAllowed: nobody is logged in.
    """
    user_id = acting_user_id(ctx)
    epoch = ctx.session.scalars(select(User.calendar_epoch).where(User.id == user_id)).one()
    return ctx.vault.calendar_key(ctx.school.id, user_id, epoch) if epoch else None


def renew_subscription(ctx: Context) -> str:
    """Create a new address (「生成」 or 「重新生成」); the one before is void at once.

    Returns:
        the secret part.

    Raises:
        NotAllowed: nobody is logged in.
    """
    user_id = acting_user_id(ctx)
    epoch = ctx.session.scalars(
        update(User)
        .where(User.id == user_id)
        .values(calendar_epoch=User.calendar_epoch + 1, updated_at=User.updated_at)
        .returning(User.calendar_epoch)
        .execution_options(synchronize_session=False)
    ).one()
    record(ctx, "calendar.address_made", "user", user_id)
    return ctx.vault.calendar_key(ctx.school.id, user_id, epoch)


def subscribed_days(ctx: Context, *, user_id: int, key: str) -> Sequence[CalendarDay]:
    """Return the days for a calendar program that presents a person's key, without a login.

    Raises:
        NotFound: a wrong or void key, no such person here, or the account is disabled: the same answer, and the same
            work.
    """
    row = ctx.session.execute(
        select(User.calendar_epoch, User.kind, User.real_name, User.status).where(User.id == user_id)
    ).one_or_none()
    epoch = row.calendar_epoch if row is not None else 0
    right = hmac.compare_digest(ctx.vault.calendar_key(ctx.school.id, user_id, epoch).encode(), key.encode())
    usable = row is not None and row.status == "active" and may(Role(row.kind), Action.REGISTER)
    if row is None or not (right and epoch and usable):
        raise NotFound(msg("没有找到这个日历"))
    person = Actor(Role(row.kind), row.real_name, user_id=user_id, school_id=ctx.school.id)
    return my_days(replace(ctx, actor=person))


def _days(ctx: Context, item: CatalogueItem) -> list[CalendarDay]:
    days = ((field, getattr(item.offering, field), summary) for field, summary in _WHAT.items())
    return [
        CalendarDay(
            f"{field}.{item.id}.{ctx.school.id}", day, Message(summary.text, {"title": item.title}), item.id
        )
        for field, day, summary in days
        if day is not None
    ]
