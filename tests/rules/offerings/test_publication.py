"""The states of an alliance course at a school."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict
from app.rules.licences.conditions import notice_due
from app.rules.offerings.dates import Dates
from app.rules.offerings.publication import MOVES, Move, OfferingStatus, missing_for_online, next_status

COMPLETE = Dates(
    starts_on=date(2026, 9, 20),
    ends_on=date(2026, 12, 20),
    registration_starts_on=date(2026, 9, 1),
    registration_ends_on=date(2026, 9, 19),
)
EMPTY = Dates(starts_on=None, ends_on=None, registration_starts_on=None, registration_ends_on=None)

#: The words of the manual (7.3) and of PRODUCT: from, move, to.
TABLE = {
    ("unhandled", "put_online", "online"),
    ("offline", "put_online", "online"),
    ("online", "take_offline", "offline"),
    ("unhandled", "decline", "declined"),
    ("declined", "reconsider", "unhandled"),
}


def test_the_table_holds_the_ways_of_the_manual_and_no_other() -> None:
    assert {(status.value, move.value, to.value) for (status, move), to in MOVES.items()} == TABLE


@given(st.sampled_from(OfferingStatus), st.lists(st.sampled_from(Move), max_size=30))
def test_no_path_leads_outside_the_table(status: OfferingStatus, moves: list[Move]) -> None:
    for move in moves:
        allowed = {to for one, by, to in TABLE if (one, by) == (status.value, move.value)}
        if allowed:
            status = next_status(status, move)
            assert status.value in allowed
        else:
            with pytest.raises(Conflict):
                next_status(status, move)


def test_what_is_missing_is_listed_in_full() -> None:
    assert missing_for_online(COMPLETE, licensed=True) == []
    assert len(missing_for_online(EMPTY, licensed=False, teacher_missing=True)) == 6


@given(st.integers(-400, 400))
def test_a_notice_is_due_30_and_7_days_before_the_end_and_never_after(days: int) -> None:
    due = notice_due(days)
    assert due == (None if days < 0 or days > 30 else 7 if days <= 7 else 30)
    assert timedelta(days=due or 0) >= timedelta(days=days) or due is None
