"""The four dates of an offering, counted from a day."""

from __future__ import annotations

from datetime import date, timedelta

from app.rules.offerings.dates import Dates

DAY = date(2026, 9, 10)


def four_dates(start: int | None, end: int | None, first: int | None, last: int | None) -> Dates:
    """Beginning, end, and first and last day of registration, in days from ``DAY``."""
    days = [None if offset is None else DAY + timedelta(days=offset) for offset in (start, end, first, last)]
    return Dates(
        starts_on=days[0], ends_on=days[1], registration_starts_on=days[2], registration_ends_on=days[3]
    )
