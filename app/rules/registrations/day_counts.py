"""Daily counts as the points of a chart: no day is left out, and long periods are grouped by week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

#: Longer periods, in days, are shown by week.
MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class Point:
    """A day, or the week that begins with it: the new count, and the running total at its end."""

    day: date
    new: int
    total: int


def points(counts: Mapping[date, int], today: date) -> list[Point]:
    """Return the points from the first counted day until today.

    Args:
        counts: the count of each day; days without any may be missing.
        today: the day or the week of the last point.
    """
    if not counts:
        return []
    first, last = min(counts), max(today, *counts)
    step = 1
    if (last - first).days + 1 > MOST_DAYS:
        step = 7
        first -= timedelta(first.weekday())
    found: list[Point] = []
    total = 0
    day = first
    while day <= last:
        new = sum(counts.get(day + timedelta(offset), 0) for offset in range(step))
        total += new
        found.append(Point(day, new, total))
        day += timedelta(step)
    return found
