"""The states of an alliance course at a school (manual 7.2 and 7.3): 待提交 -> 已上线 <-> 下线."""

from __future__ import annotations

from enum import StrEnum

from app.errors import Conflict, Message, msg
from app.rules.windows import Dates, date_problems


class OfferingStatus(StrEnum):
    """待提交: licensed, not handled; 已上线: students see it; 已下线: hidden, what students did stays."""

    UNHANDLED = "unhandled"
    ONLINE = "online"
    OFFLINE = "offline"


class Move(StrEnum):
    """「上线」 and 「下线」."""

    PUT_ONLINE = "put_online"
    TAKE_OFFLINE = "take_offline"


_MOVES = {
    (OfferingStatus.UNHANDLED, Move.PUT_ONLINE): OfferingStatus.ONLINE,
    (OfferingStatus.OFFLINE, Move.PUT_ONLINE): OfferingStatus.ONLINE,
    (OfferingStatus.ONLINE, Move.TAKE_OFFLINE): OfferingStatus.OFFLINE,
}


def next_status(status: OfferingStatus, move: Move) -> OfferingStatus:
    """The state after a move.

    Raises:
        Conflict: the course is not in a state that allows it.
    """
    following = _MOVES.get((status, move))
    if following is not None:
        return following
    if move is Move.PUT_ONLINE:
        raise Conflict(msg("课程已经上线"))
    raise Conflict(msg("课程尚未上线，无需下线"))


def missing_for_online(dates: Dates, *, licensed: bool) -> list[Message]:
    """What stands between a course and 「上线」; empty when nothing does."""
    missing = [] if licensed else [msg("联盟对该课程的授权已结束，请联系联盟秘书处")]
    missing.extend(date_problems(dates).values())
    return missing
