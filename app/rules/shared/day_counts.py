"""Counts of days as the points of a line: no day left out, long times by weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

#: More days than this are shown as weeks.
MOST_DAYS = 62


@dataclass(frozen=True, slots=True)
class Point:
    """A day, or the week that begins with it: how many came, and how many there are by its end."""

    day: date
    new: int
    total: int


def points(counts: Mapping[date, int], today: date) -> list[Point]:
    """The points from the first day that counts until today.

    Args:
        counts: day -> how many came on it; days without any may be missing.
        today: the last point lies on it, or is its week.
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
