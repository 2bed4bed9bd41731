from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.birth_dates import read_birth_date
from app.rules.shared.cells import Unreadable

TODAY = date(2026, 11, 23)


@given(st.dates(date(1900, 1, 1), TODAY))
def test_every_usual_spelling_gives_the_same_day(day: date) -> None:
    for form in (
        "%Y%m%d",
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y.%m.%d",
        "%Y年%m月%d日",
        "%Y年 %m月 %d日",
        "%Y-%m-%d 00:00:00",
        " %Y/%m/%d\t",
    ):
        assert read_birth_date(day.strftime(form), TODAY) == day
    assert read_birth_date(f"{day.year}/{day.month}/{day.day}", TODAY) == day
    assert read_birth_date(f"{day.year}年{day.month}月{day.day}日", TODAY) == day
    assert (
        read_birth_date(day.strftime("%Y%m%d").translate({48 + n: 0xFF10 + n for n in range(10)}), TODAY)
        == day
    )
    assert read_birth_date(float(day.strftime("%Y%m%d")), TODAY) == day
    assert read_birth_date(int(day.strftime("%Y%m%d")), TODAY) == day
    assert read_birth_date(datetime(day.year, day.month, day.day, 8, 30), TODAY) == day  # noqa: DTZ001
    assert read_birth_date(day, TODAY) == day


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (33158.0, "这是 Excel 的日期序号，请按 19901012 的写法填写"),
        ("33158", "这是 Excel 的日期序号，请按 19901012 的写法填写"),
        ("199010", "缺少日，请按 19901012 的写法填写"),
        (199010, "缺少日，请按 19901012 的写法填写"),
        ("1990年10月", "缺少日，请按 19901012 的写法填写"),
        ("1990-10", "缺少日，请按 19901012 的写法填写"),
        ("10/12/1990", "日期写法无法识别，请按 19901012 的写法填写"),
        ("90-10-12", "日期写法无法识别，请按 19901012 的写法填写"),
        ("十月", "日期写法无法识别，请按 19901012 的写法填写"),
        (True, "日期写法无法识别，请按 19901012 的写法填写"),
        ("19900230", "没有这一天，请检查年月日"),
        ("18991231", "不是合理的出生日期"),
        (date(2026, 11, 24), "不是合理的出生日期"),
    ],
)
def test_what_is_no_birthday_is_refused_with_the_reason(typed: str | float | date, sentence: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_birth_date(typed, TODAY)
    assert str(refusal.value.message) == sentence


def test_an_empty_cell_is_no_day() -> None:
    assert read_birth_date("", TODAY) is None
