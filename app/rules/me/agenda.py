"""What comes next in a course, for the lists of a person's own courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.errors import Message, msg
from app.rules.offerings.dates import Dates

_WHAT = {
    "registration_ends_on": msg("退课截止"),
    "starts_on": msg("开课"),
    "ends_on": msg("结课"),
}


@dataclass(frozen=True, slots=True)
class Ahead:
    """A day that comes: what happens, and in how many days."""

    day: date
    what: Message
    ahead: Message


def next_day(dates: Dates, today: date) -> Ahead | None:
    """The next of a registered person's days, today included; ``None`` when all are over.

    Until when one may withdraw counts only before the course's end; two on one day: the earlier named above.
    """
    return next(iter(days_ahead(dates, today)), None)


def days_ahead(dates: Dates, today: date) -> list[Ahead]:
    """All of a registered person's days that come, the next one first, today included."""
    days = [(getattr(dates, field), what) for field, what in _WHAT.items()]
    coming = sorted(
        ((day, what) for day, what in days if day is not None and day >= today), key=lambda each: each[0]
    )
    return [Ahead(day, what, _distance((day - today).days)) for day, what in coming]


def _distance(days: int) -> Message:
    if days == 0:
        return msg("今天")
    if days == 1:
        return msg("明天")
    return msg("还有 %(days)s 天", days=days)
