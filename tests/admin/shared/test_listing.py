"""Reading the management side's lists: filters, ticked rows, and the addresses that they offer."""

from __future__ import annotations

import pytest
from flask import Flask, session

from admin.shared.listing import (
    ListAddress,
    list_values,
    meant_ids,
    number,
    sent_number,
    sorting,
    ticked_ids,
    ticks_used,
)
from app.errors import Conflict
from app.rules.shared.whole_numbers import BIGINT
from app.services.shared.paging import page_of


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


@pytest.mark.parametrize(
    ("query", "by", "descending"),
    [
        ("", "number", False),
        ("sort=name", "name", False),
        ("sort=name&desc=1", "name", True),
        ("sort=x&desc=1", "number", True),
    ],
)
def test_a_list_is_sorted_by_what_it_allows(app: Flask, query: str, by: str, descending: bool) -> None:
    with app.test_request_context(f"/?{query}"):
        assert sorting(("number", "name"), "number") == (by, descending)


def test_the_addresses_of_a_list_keep_what_makes_it_this_list(app: Flask) -> None:
    chosen = {"q": "li si", "registered": "", "class": None}
    ids = {"class_id": 7, "offering_id": 9}
    with app.test_request_context("/", base_url="http://localhost"):
        address = ListAddress("classes.registrations", chosen, "name", True, kept=ids)
        here = "/manage/classes/7/courses/9/"
        assert address.clear == address.action == here
        assert address.hidden == {"sort": "name", "desc": "1"}
        assert address.page(1) == f"{here}?q=li+si&sort=name&desc=1"
        assert address.page(3) == f"{here}?q=li+si&sort=name&desc=1&page=3"
        assert address.sorted_by("name") == f"{here}?q=li+si&sort=name"
        assert address.sorted_by("number") == f"{here}?q=li+si&sort=number"
        assert (address.direction("name"), address.direction("number")) == ("desc", None)


def test_a_tab_is_kept_where_filters_are_cleared(app: Flask) -> None:
    with app.test_request_context("/", base_url="http://localhost"):
        address = ListAddress("requests.index", {"q": "li", "class": 0}, kept={"state": "open"})
        assert (address.clear, address.action) == ("/manage/requests/?state=open", "/manage/requests/")
        assert address.hidden == {"state": "open", "sort": "", "desc": ""}
        assert address.tab(state="all") == "/manage/requests/?state=all&q=li&class=0"


@pytest.mark.parametrize(
    ("chosen", "filtered"),
    [({}, False), ({"q": "", "class": None}, False), ({"q": "x"}, True), ({"class": 0}, True)],
)
def test_a_list_is_filtered_by_what_was_chosen(chosen: dict[str, str | int | None], filtered: bool) -> None:
    assert ListAddress("requests.index", chosen).filtered is filtered


def test_a_list_forgets_its_ticks_once(app: Flask) -> None:
    def shown(path: str) -> bool:
        with app.test_request_context(path):
            session["ticks_used"] = kept
            values = list_values(page_of((), page=1), ListAddress("requests.index"))
            kept[:] = session["ticks_used"]
            return bool(values["done"])

    kept: list[str] = []
    with app.test_request_context("/a", method="POST"):
        for place in range(30):
            ticks_used(f"/{place}")
        ticks_used("/a")
        kept += session["ticks_used"]
    assert len(kept) == 10
    assert (shown("/b"), shown("/a"), shown("/a")) == (False, True, False)
