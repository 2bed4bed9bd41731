"""Reading the management side's forms with ticked rows."""

from __future__ import annotations

import pytest
from flask import Flask

from admin.shared.listing import meant_ids, number, sent_number, ticked_ids
from app.errors import Conflict
from app.rules.shared.whole_numbers import BIGINT


def test_what_was_ticked_comes_once_and_in_order(app: Flask) -> None:
    sent = ["3", "1", "3", "x", "", str(BIGINT), str(BIGINT + 1), "9" * 5000, "-1", "\0", "001"]
    with app.test_request_context("/", method="POST", data={"rowid": sent, "school": ["2"]}):
        assert ticked_ids() == [3, 1, BIGINT]
        assert ticked_ids("school") == [2]
        assert ticked_ids("nothing") == []


def test_all_that_match_are_meant_when_their_number_is_still_true(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data={"rowid": ["3"], "total": "2"}):
        assert meant_ids(lambda: [1, 2]) == [3]
    with app.test_request_context("/", method="POST", data={"rowid": ["3"], "all": "1", "total": "2"}):
        assert meant_ids(lambda: [1, 2]) == [1, 2]
        with pytest.raises(Conflict):
            meant_ids(lambda: [1, 2, 3])
    with app.test_request_context("/", method="POST", data={"all": "1"}), pytest.raises(Conflict):
        meant_ids(list)


def test_a_number_may_stand_in_the_address_or_in_the_form(app: Flask) -> None:
    with app.test_request_context("/?n=5", method="POST", data={"n": "7"}):
        assert (number("n"), number("n", 4), sent_number("n"), sent_number("n", 6)) == (5, None, 7, None)
        assert (number("m"), sent_number("m")) == (None, None)
