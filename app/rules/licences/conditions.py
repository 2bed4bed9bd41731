"""The terms of a licence (授权) and its state on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.errors import Message, msg
from app.rules.offerings.semesters import is_term

MOST_SEATS = 1_000_000
EARLIEST = date(2000, 1, 1)
LATEST = date(2100, 12, 31)
#: A licence that ends within this time is 即将到期; the school then also gets its first notice.
ENDING = timedelta(days=30)


class LicenceState(StrEnum):
    """The states: 未授权, 未开始, 有效, 即将到期, 已结束, 已拒绝 (by the school)."""

    NONE = "none"
    UPCOMING = "upcoming"
    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of a licence.

    Args:
        starts_on: the first day, by the school's calendar; ``None``: immediately.
        ends_on: the last day; ``None``: no end.
        seats: the most people who may be registered in an offering; ``None``: no limit.
        term: the term that the licence is meant for, such as ``2026-2027-1``; ``None``: any.
        local_assessment: whether the school may set an assessment of its own (允许本校设置评价).
    """

    starts_on: date | None = None
    ends_on: date | None = None
    seats: int | None = None
    term: str | None = None
    local_assessment: bool = False


def terms_problems(terms: Terms, today: date) -> dict[str, Message]:
    """Return a message for each wrong field of terms that are about to be granted.

    Args:
        today: the earliest allowed last day.
    """
    problems: dict[str, Message] = {}
    for field in ("starts_on", "ends_on"):
        day = getattr(terms, field)
        if day is not None and not EARLIEST <= day <= LATEST:
            problems[field] = msg("日期不合理，请检查年份")
    if "ends_on" not in problems and terms.ends_on is not None:
        if terms.ends_on < today:
            problems["ends_on"] = msg("授权截止日期不能早于今天")
        elif terms.starts_on is not None and terms.ends_on < terms.starts_on:
            problems["ends_on"] = msg("授权截止日期不能早于开始日期")
    if terms.seats is not None and not 1 <= terms.seats <= MOST_SEATS:
        problems["seats"] = msg("名额应为 1 至 %(most)s 的整数", most=MOST_SEATS)
    if terms.term is not None and not is_term(terms.term):
        problems["term"] = msg("学期应写作 2026-2027-1（第一学期）或 2026-2027-2（第二学期）")
    return problems


def has_begun(starts_on: date | None, day: date) -> bool:
    """Return whether a licence has begun on a day at the school; ``None`` means that it began at once."""
    return starts_on is None or starts_on <= day


def has_ended(ends_on: date | None, day: date) -> bool:
    """Return whether a licence has ended on a day at the school; ``None`` means that it never ends."""
    return ends_on is not None and ends_on < day


def holds(starts_on: date | None, ends_on: date | None, day: date) -> bool:
    """Return whether a licence is valid on a day at the school; both days count."""
    return has_begun(starts_on, day) and not has_ended(ends_on, day)


def licence_state(
    starts_on: date | None, ends_on: date | None, today: date, *, declined: bool = False
) -> LicenceState:
    """Return the state of a licence on a day at the school, first and last day included."""
    if has_ended(ends_on, today):
        return LicenceState.ENDED
    if declined:
        return LicenceState.DECLINED
    if not has_begun(starts_on, today):
        return LicenceState.UPCOMING
    if ends_on is not None and ends_on <= today + ENDING:
        return LicenceState.ENDING
    return LicenceState.VALID


#: Days before the last day on which a school gets a notice, in ascending order.
NOTICES = (7, 30)


def notice_due(days_left: int) -> int | None:
    """Return the notice that is due when so many days are left: 30, 7 or none."""
    return next((days for days in NOTICES if 0 <= days_left <= days), None)
