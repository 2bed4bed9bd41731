"""The cells of a sheet of licences."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from app.rules.licences.sheet_rows import (
    LABELS,
    read_day,
    read_licence_row,
    read_seats,
    read_term,
    read_yes_or_no,
)
from app.rules.shared.cells import Cell, CellFlaw, Unreadable


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
