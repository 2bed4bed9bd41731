"""Numbers of many schools day by day: a day that nobody counted has the numbers of the day before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What was there on a day: people, those who have logged in, courses that are online, registrations."""

    people: int
    activated: int
    courses_online: int
    registrations: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a school counted on a day."""

    school_id: int
    day: date
    figures: DayFigures


def totals(days: Sequence[date], counted: Iterable[Counted]) -> list[DayFigures | None]:
    """The sums of all schools on each day.

    Args:
        days: ascending.
        counted: ordered by day; a school counts from its first day on, also on days before ``days[0]``.

    Returns:
        one per day; ``None`` before any school had counted.
    """
    waiting = list(counted)
    latest: dict[int, DayFigures] = {}
    place = 0
    sums: list[DayFigures | None] = []
    for day in days:
        while place < len(waiting) and waiting[place].day <= day:
            latest[waiting[place].school_id] = waiting[place].figures
            place += 1
        sums.append(_sum(latest.values()) if latest else None)
    return sums


def share(part: int, whole: int) -> int | None:
    """A part in whole per cent, rounded down so that 100 means all; ``None`` of nothing."""
    return part * 100 // whole if whole else None


def _sum(figures: Iterable[DayFigures]) -> DayFigures:
    rows = [(one.people, one.activated, one.courses_online, one.registrations) for one in figures]
    return DayFigures(*(sum(column) for column in zip(*rows, strict=True)))
