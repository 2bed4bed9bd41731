"""Publication of an alliance course at a school (manual 7.2, 7.3): 待提交 -> 已上线 <-> 已下线, or 已拒绝."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.errors import Conflict, Message, msg
from app.rules.offerings.dates import Dates, date_problems


class OfferingStatus(StrEnum):
    """The states of an offering.

    待提交: licensed, not handled yet; 已拒绝; 已上线: students see it; 已下线: hidden, what students did stays.
    """

    UNHANDLED = "unhandled"
    DECLINED = "declined"
    ONLINE = "online"
    OFFLINE = "offline"


class Move(StrEnum):
    """The moves between states: 「上线」, 「下线」, 「拒绝」 and 「重新考虑」."""

    PUT_ONLINE = "put_online"
    TAKE_OFFLINE = "take_offline"
    DECLINE = "decline"
    RECONSIDER = "reconsider"


#: All possible moves; any other is refused.
MOVES: Mapping[tuple[OfferingStatus, Move], OfferingStatus] = {
    (OfferingStatus.UNHANDLED, Move.PUT_ONLINE): OfferingStatus.ONLINE,
    (OfferingStatus.OFFLINE, Move.PUT_ONLINE): OfferingStatus.ONLINE,
    (OfferingStatus.ONLINE, Move.TAKE_OFFLINE): OfferingStatus.OFFLINE,
    (OfferingStatus.UNHANDLED, Move.DECLINE): OfferingStatus.DECLINED,
    (OfferingStatus.DECLINED, Move.RECONSIDER): OfferingStatus.UNHANDLED,
}

_REFUSALS = {
    Move.PUT_ONLINE: msg("课程已经上线"),
    Move.TAKE_OFFLINE: msg("课程尚未上线，无需下线"),
    Move.DECLINE: msg("只有「待提交」的课程可以拒绝"),
    Move.RECONSIDER: msg("课程没有被拒绝"),
}


def next_status(status: OfferingStatus, move: Move) -> OfferingStatus:
    """Return the state after a move.

    Raises:
        Conflict: the course is not in a state that allows it.
    """
    following = MOVES.get((status, move))
    if following is not None:
        return following
    if move is Move.PUT_ONLINE and status is OfferingStatus.DECLINED:
        raise Conflict(msg("课程已被拒绝，请先点击「重新考虑」"))
    raise Conflict(_REFUSALS[move])


def missing_for_online(dates: Dates, *, licensed: bool, teacher_missing: bool = False) -> list[Message]:
    """Return what a course lacks for 「上线」; empty when it lacks nothing.

    Args:
        licensed: whether the licence is valid today.
        teacher_missing: whether the alliance requires a 运营教师 and there is none (教高〔2022〕1号: 课程责任教师).
    """
    missing = [] if licensed else [msg("联盟对该课程的授权未开始或已结束，请联系联盟秘书处")]
    missing.extend(date_problems(dates).values())
    if teacher_missing:
        missing.append(msg("请指定运营教师（联盟要求上线的课程有课程责任教师）"))
    return missing
