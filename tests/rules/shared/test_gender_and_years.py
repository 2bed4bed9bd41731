"""Genders, entry years and lengths of study as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.shared.cells import Unreadable
from app.rules.shared.gender_and_years import read_entry_year, read_gender, read_study_years

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("typed", ["男", " 男 ", "男性", "Male", "M", "m", "1", 1.0])
def test_men_are_recognised(typed: str | float) -> None:
    assert read_gender(typed) == "male"


@pytest.mark.parametrize("typed", ["女", "女生", "FEMALE", "f", 2])
def test_women_are_recognised(typed: str | float) -> None:
    assert read_gender(typed) == "female"


@pytest.mark.parametrize("typed", ["未知", "0", 3.0, "x"])
def test_other_genders_are_refused(typed: str | float) -> None:
    with pytest.raises(Unreadable, match="应为“男”或“女”"):
        read_gender(typed)


@pytest.mark.parametrize("typed", ["2016", "2016级", "2016年", 2016.0, "２０１６", " 2016 "])
def test_entry_years_are_read(typed: str | float) -> None:
    assert read_entry_year(typed, TODAY) == 2016


def test_entry_years_run_from_1950_to_next_year() -> None:
    assert read_entry_year(1950, TODAY) == 1950
    assert read_entry_year(2027, TODAY) == 2027
    for typed in (1949, 2028, "16", "2016届", "大一", 2016.5):
        with pytest.raises(Unreadable, match="应为四位年份，如 2016"):
            read_entry_year(typed, TODAY)


@pytest.mark.parametrize("typed", ["5", 5.0, "5年", "5年制", "五年制", "五", "五年"])
def test_lengths_of_study_are_read(typed: str | float) -> None:
    assert read_study_years(typed) == 5


@pytest.mark.parametrize("typed", ["0", "11", "本科", "5.5", -1])
def test_other_lengths_of_study_are_refused(typed: str | float) -> None:
    with pytest.raises(Unreadable, match="应为 1 到 10 的数字"):
        read_study_years(typed)
