"""Licence terms and states, and the cells of a sheet of licences."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.licences.conditions import ENDING, LicenceState, Terms, licence_state, terms_problems
from app.rules.licences.sheet_rows import (
    LABELS,
    read_day,
    read_licence_row,
    read_seats,
    read_term,
    read_yes_or_no,
)
from app.rules.shared.cells import Cell, CellFlaw, Unreadable
from app.rules.shared.semesters import is_term, term_label, term_of, terms_around

TODAY = date(2026, 9, 10)
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.parametrize(
    ("starts", "ends", "declined", "state"),
    [
        (None, None, False, LicenceState.VALID),
        (0, 0, False, LicenceState.ENDING),
        (None, -1, False, LicenceState.ENDED),
        (None, -1, True, LicenceState.ENDED),
        (None, ENDING.days, False, LicenceState.ENDING),
        (None, ENDING.days + 1, False, LicenceState.VALID),
        (1, None, False, LicenceState.UPCOMING),
        (1, 5, False, LicenceState.UPCOMING),
        (1, 5, True, LicenceState.DECLINED),
        (None, None, True, LicenceState.DECLINED),
    ],
)
def test_the_state_of_a_licence_counts_both_days(
    starts: int | None, ends: int | None, declined: bool, state: LicenceState
) -> None:
    days = [None if number is None else TODAY + timedelta(days=number) for number in (starts, ends)]
    assert licence_state(*days, TODAY, declined=declined) is state


@given(starts=DAYS, ends=DAYS)
def test_granted_terms_are_never_over_on_the_day_they_are_granted(
    starts: date | None, ends: date | None
) -> None:
    terms = Terms(starts_on=starts, ends_on=ends)
    if not terms_problems(terms, TODAY):
        assert licence_state(starts, ends, TODAY) is not LicenceState.ENDED
        assert starts is None or ends is None or starts <= ends


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (Terms(ends_on=date(2026, 9, 9)), "ends_on"),
        (Terms(starts_on=date(2026, 10, 2), ends_on=date(2026, 10, 1)), "ends_on"),
        (Terms(starts_on=date(1999, 1, 1)), "starts_on"),
        (Terms(ends_on=date(2999, 1, 1)), "ends_on"),
        (Terms(seats=0), "seats"),
        (Terms(seats=10**7), "seats"),
        (Terms(term="2026-2028-1"), "term"),
        (Terms(term="下学期"), "term"),
    ],
)
def test_terms_that_make_no_sense_name_the_field(terms: Terms, field: str) -> None:
    assert list(terms_problems(terms, TODAY)) == [field]


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_the_terms_to_choose_from_hold_the_one_of_the_day_and_follow_each_other(day: date) -> None:
    terms = terms_around(day)
    assert terms[1] == term_of(day)
    assert terms == sorted(set(terms))
    assert all(is_term(term) and term_label(term) for term in terms)


@pytest.mark.parametrize(
    "cell",
    [
        date(2027, 1, 31), datetime.fromisoformat("2027-01-31"), "2027-01-31", "2027/1/31", "20270131",
        "2027年1月31日", " ２０２７-０１-３１ ", 20270131, "2027-01-31 00:00:00",
    ],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it(cell: Cell) -> None:
    assert read_day(cell) == date(2027, 1, 31)


@pytest.mark.parametrize("cell", ["2027-02-30", "明年", "2027", 45000, CellFlaw.FORMULA, "2027-13-01"])
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        read_day(cell)


def test_seats_terms_and_freedom_are_read_as_people_write_them() -> None:
    assert [read_seats(cell) for cell in ("300", 300.0, "1,200", "", None, "不限")] == [
        300,
        300,
        1200,
        None,
        None,
        None,
    ]
    assert read_term("2026—2027 学年第一学期") == read_term("2026-2027-1") == "2026-2027-1"
    assert [read_yes_or_no(cell) for cell in ("是", True, "否", None, 0)] == [True, True, False, False, False]
    for read, cell in (
        (read_seats, "很多"),
        (read_seats, 0),
        (read_seats, 2.5),
        (read_term, "2026-2028-1"),
        (read_yes_or_no, "也许"),
    ):
        with pytest.raises(Unreadable):
            read(cell)


def test_a_row_names_its_problems_by_the_headers_as_written() -> None:
    values, problems = read_licence_row(
        7, {"title": "甲", "ends_on": "哪天", "seats": "x"}, {"ends_on": "结束日期"}
    )
    assert values == {"title": "甲"}
    assert [(one.row_no, one.column_label, one.shown) for one in problems] == [
        (7, "结束日期", "哪天"),
        (7, LABELS["seats"], "x"),
    ]
