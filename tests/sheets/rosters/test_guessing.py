"""Guessing what the columns of a file hold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.cells import Cell
from app.sheets.rosters.guessing import guess_fields
from app.sheets.rosters.students import WORDS
from app.sheets.rosters.teachers import WORDS as TEACHER_WORDS
from samples.roster import make_rows

TODAY = date(2026, 9, 1)


PEOPLE = make_rows(12, 3, "90001")


def _values(field: str) -> list[Cell]:
    return [row[field] for row in PEOPLE]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("学生姓名（全称）", "real_name"),
        ("考生联系手机", "mobile"),
        ("证件号码（居民）", "id_number"),
        ("行政班名称", "class_name"),
        ("COL7", "email"),
        ("COL8", "gender"),
        ("COL9", "birth_date"),
    ],
)
def test_a_column_is_known_by_likeness_or_by_what_stands_below(header: str, field: str) -> None:
    assert guess_fields([header], [_values(field)], WORDS, TODAY) == (field,)


def test_every_field_is_guessed_once_and_the_better_column_wins() -> None:
    header = ["姓名拼音", "名称", "身份证明材料", "证件"]
    columns: list[list[Cell]] = [
        ["zhangsan", "lisi", "wangwu", "zhaoliu"],
        _values("real_name"),
        ["有", "有", "无", "有"],
        _values("id_number"),
    ]
    assert guess_fields(header, columns, WORDS, TODAY) == (None, "real_name", None, "id_number")


def test_nothing_is_guessed_from_nothing() -> None:
    assert guess_fields(["", "备注"], [[], ["好", "好"]], WORDS, TODAY) == (None, None)


def test_a_teachers_file_is_guessed_with_the_teachers_words() -> None:
    columns: list[list[Cell]] = [_values("real_name"), ["a.jpg", "b.png"], ["长" * 40, "简" * 40]]
    assert guess_fields(["JSXM", "TP", "JJ"], columns, TEACHER_WORDS, TODAY) == (
        "real_name",
        "picture",
        "bio",
    )


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6), st.data())
def test_guessing_never_fails_and_never_says_a_field_twice(header: list[str], data: st.DataObject) -> None:
    cells = st.lists(
        st.one_of(st.text(max_size=20), st.integers(), st.floats(allow_nan=False), st.dates()), max_size=4
    )
    columns = [data.draw(cells) for _ in header]
    guessed = [field for field in guess_fields(header, columns, WORDS, TODAY) if field]
    assert len(guessed) == len(set(guessed))
