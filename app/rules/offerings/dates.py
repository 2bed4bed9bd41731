"""The four dates of an offering (manual 7.3): whole days at the school, first and last day included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.errors import Message, msg

#: The message for each field that is not filled in.
NOT_FILLED_IN = {
    "starts_on": msg("请填写课程开始时间"),
    "ends_on": msg("请填写课程结束时间"),
    "registration_starts_on": msg("请填写课程注册开始时间"),
    "registration_ends_on": msg("请填写课程注册结束时间"),
}

_REVERSED = {
    "ends_on": msg("课程结束时间不能早于课程开始时间"),
    "registration_ends_on": msg("课程注册结束时间不能早于课程注册开始时间"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The dates of an offering; ``None`` if a date is not filled in yet."""

    starts_on: date | None
    ends_on: date | None
    registration_starts_on: date | None
    registration_ends_on: date | None

    def missing(self) -> list[str]:
        """Return the fields that are not filled in."""
        return [field for field in NOT_FILLED_IN if getattr(self, field) is None]


def date_problems(dates: Dates) -> dict[str, Message]:
    """Return a message for each wrong date. All four are required (manual 7.3)."""
    problems = {field: NOT_FILLED_IN[field] for field in dates.missing()}
    for first, last in (("starts_on", "ends_on"), ("registration_starts_on", "registration_ends_on")):
        if _after(getattr(dates, first), getattr(dates, last)):
            problems[last] = _REVERSED[last]
    if _after(dates.registration_ends_on, dates.ends_on):
        problems.setdefault("registration_ends_on", msg("课程注册结束时间不能晚于课程结束时间"))
    return problems


def _after(day: date | None, other: date | None) -> bool:
    return day is not None and other is not None and day > other


def is_registration_open(dates: Dates, today: date) -> bool:
    """Return whether students may register and withdraw on this day at the school."""
    first, last = dates.registration_starts_on, dates.registration_ends_on
    return first is not None and last is not None and first <= today <= last
