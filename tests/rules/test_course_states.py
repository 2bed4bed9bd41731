"""The states of an alliance course at a school."""

from __future__ import annotations

from datetime import date

import pytest

from app.errors import Conflict
from app.rules.course_states import Move, OfferingStatus, missing_for_online, next_status
from app.rules.windows import Dates

U, ON, OFF = OfferingStatus
COMPLETE = Dates(
    starts_on=date(2026, 9, 20),
    ends_on=date(2026, 12, 20),
    registration_starts_on=date(2026, 9, 1),
    registration_ends_on=date(2026, 9, 19),
)
EMPTY = Dates(starts_on=None, ends_on=None, registration_starts_on=None, registration_ends_on=None)


@pytest.mark.parametrize(
    ("status", "move", "following"),
    [(U, Move.PUT_ONLINE, ON), (OFF, Move.PUT_ONLINE, ON), (ON, Move.TAKE_OFFLINE, OFF)],
)
def test_the_moves_of_the_manual(status: OfferingStatus, move: Move, following: OfferingStatus) -> None:
    assert next_status(status, move) is following


@pytest.mark.parametrize(
    ("status", "move"), [(ON, Move.PUT_ONLINE), (U, Move.TAKE_OFFLINE), (OFF, Move.TAKE_OFFLINE)]
)
def test_no_other_move_is_possible(status: OfferingStatus, move: Move) -> None:
    with pytest.raises(Conflict):
        next_status(status, move)


def test_what_is_missing_is_listed_in_full() -> None:
    assert missing_for_online(COMPLETE, licensed=True) == []
    assert len(missing_for_online(EMPTY, licensed=False)) == 5
