"""The one button of a course's page: what a person can do about the course today, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.errors import Message, msg
from app.rules.offerings.dates import Dates


class ChoiceCode(StrEnum):
    """The buttons: four actions, ``LOGIN``, and the reasons why there is nothing to do.

    Only people who are not logged in get ``FULL``; the others can join the waiting list.
    """

    REGISTER = "register"
    WITHDRAW = "withdraw"
    WAIT = "wait"
    LEAVE_WAITING = "leave_waiting"
    LOGIN = "login"
    NOT_YET = "not_yet"
    OVER = "over"
    FULL = "full"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Choice:
    """The button for a person, and a sentence that says why or until when."""

    code: ChoiceCode
    message: Message


def registration_choice(
    dates: Dates,
    today: date,
    *,
    seats_left: int | None,
    registered: bool = False,
    position: int | None = None,
    logged_in: bool = True,
    online: bool = True,
) -> Choice:
    """Return what a person can do about a course (manual 7.3, 8.3).

    Args:
        dates: the dates of the offering, days at the school.
        today: today's date at the school.
        seats_left: the number of free seats; ``None`` if there is no limit.
        registered: whether the person is registered.
        position: the person's place on the waiting list, from 1; ``None`` if the person is not on it.
        logged_in: whether the person is logged in.
        online: whether students see the course.
    """
    if position is not None and not registered:
        return _waiting(dates, today, position, online=online)
    if not online:
        return Choice(ChoiceCode.OFFLINE, msg("课程已下线，暂不能报名或退选"))
    first, last, end = dates.registration_starts_on, dates.registration_ends_on, dates.ends_on
    if end is not None and today > end:
        return Choice(ChoiceCode.OVER, msg("课程已于 %(last)s 结束", last=str(end)))
    if first is None or last is None:
        return Choice(ChoiceCode.NOT_YET, msg("报名时间待定"))
    if today < first:
        return Choice(ChoiceCode.NOT_YET, msg("%(first)s 开始报名", first=str(first)))
    if today > last:
        return Choice(ChoiceCode.OVER, _closed(last, registered=registered))
    if registered:
        return Choice(ChoiceCode.WITHDRAW, msg("%(last)s 及之前可以退选", last=str(last)))
    if not logged_in:
        full = seats_left == 0
        return _full() if full else Choice(ChoiceCode.LOGIN, msg("报名截止 %(last)s", last=str(last)))
    if seats_left == 0:
        return Choice(ChoiceCode.WAIT, msg("名额已满，有人退选时按候补顺序自动报名"))
    return Choice(ChoiceCode.REGISTER, msg("报名截止 %(last)s", last=str(last)))


def _waiting(dates: Dates, today: date, position: int, *, online: bool) -> Choice:
    last = dates.registration_ends_on
    if online and last is not None and today <= last:
        message = msg("您在候补第 %(position)s 位，有名额时自动报名并通知您", position=position)
    else:
        message = msg("您在候补第 %(position)s 位；报名已结束，不再自动录取", position=position)
    return Choice(ChoiceCode.LEAVE_WAITING, message)


def _closed(last: date, *, registered: bool) -> Message:
    if registered:
        return msg("报名已于 %(last)s 截止，不能再退选", last=str(last))
    return msg("报名已于 %(last)s 截止", last=str(last))


def _full() -> Choice:
    return Choice(ChoiceCode.FULL, msg("名额已满，登录后可以候补"))
