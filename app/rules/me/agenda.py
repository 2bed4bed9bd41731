"""Upcoming days of a course, for the lists of a person's own courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.errors import Message, msg
from app.rules.offerings.dates import Dates

_EVENTS = {
    "registration_ends_on": msg("退课截止"),
    "starts_on": msg("开课"),
    "ends_on": msg("结课"),
}


@dataclass(frozen=True, slots=True)
class UpcomingDay:
    """A day in the future: what happens on it, and how far away it is."""

    day: date
    event: Message
    distance: Message


def next_day(dates: Dates, today: date) -> UpcomingDay | None:
    """Return the next day that concerns a registered person, today included; ``None`` when all are over.

    Of two events on the same day, the first in the order of ``_EVENTS`` is returned.
    """
    return next(iter(days_ahead(dates, today)), None)


def days_ahead(dates: Dates, today: date) -> list[UpcomingDay]:
    """Return all upcoming days that concern a registered person, today included, in ascending order."""
    days = [(getattr(dates, field), event) for field, event in _EVENTS.items()]
    coming = sorted(
        ((day, event) for day, event in days if day is not None and day >= today), key=lambda pair: pair[0]
    )
    return [UpcomingDay(day, event, _distance((day - today).days)) for day, event in coming]


def _distance(days: int) -> Message:
    if days == 0:
        return msg("今天")
    if days == 1:
        return msg("明天")
    return msg("还有 %(days)s 天", days=days)
