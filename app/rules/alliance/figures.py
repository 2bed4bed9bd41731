"""Daily figures of many schools. A day without a count has the figures of the day before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The figures of a day: people, people who have ever logged in, courses online, registrations."""

    people: int
    activated: int
    courses_online: int
    registrations: int


@dataclass(frozen=True, slots=True)
class CountedDay:
    """The figures that a school counted on a day."""

    school_id: int
    day: date
    figures: DayFigures


def totals(days: Sequence[date], counted: Iterable[CountedDay]) -> list[DayFigures | None]:
    """Return the sums of all schools on each day.

    Args:
        days: in ascending order.
        counted: in order of day; the last count before ``days[0]`` is needed for the first days.

    Returns:
        A sum for each day; ``None`` before any school had counted.
    """
    counts = list(counted)
    latest: dict[int, DayFigures] = {}
    position = 0
    sums: list[DayFigures | None] = []
    for day in days:
        while position < len(counts) and counts[position].day <= day:
            latest[counts[position].school_id] = counts[position].figures
            position += 1
        sums.append(_sum(latest.values()) if latest else None)
    return sums


def share(part: int, whole: int) -> int | None:
    """Return the part in whole per cent, rounded down so that 100 means all; ``None`` if the whole is zero."""
    return part * 100 // whole if whole else None


def _sum(figures: Iterable[DayFigures]) -> DayFigures:
    rows = [(day.people, day.activated, day.courses_online, day.registrations) for day in figures]
    return DayFigures(*(sum(column) for column in zip(*rows, strict=True)))
