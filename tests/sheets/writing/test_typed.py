"""Typed workbooks, as a program that opens them reads them."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

from openpyxl import load_workbook

from app.sheets.writing.typed import TypedSheet, typed_workbook


def test_each_value_keeps_its_type_and_no_text_becomes_a_formula() -> None:
    # Cells know no zones.
    day, moment = date(2026, 9, 1), datetime.fromisoformat("2026-09-01 08:30")
    content = typed_workbook(
        [
            TypedSheet("一", ["名称", "数"], [["=1+1", 7], ["空", None]], [10, 10]),
            TypedSheet("二", ["率", "日", "时"], [[0.5, day, moment]], [8, 12, 18]),
        ]
    )
    book = load_workbook(BytesIO(content))
    first, second = book["一"], book["二"]
    assert (first["A2"].value, first["A2"].data_type, first["B2"].value) == ("=1+1", "s", 7)
    assert (first["B3"].value, first.freeze_panes) == (None, "A2")
    rate, when, at = second[2]
    assert (rate.value, rate.number_format) == (0.5, "0%")
    assert (when.value, when.number_format) == (datetime.fromisoformat("2026-09-01"), "yyyy-mm-dd")
    assert (at.value, at.number_format) == (moment, "yyyy-mm-dd hh:mm")
