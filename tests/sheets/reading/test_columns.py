"""Columns by letter and by number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.sheets.reading.columns import column_letters, column_number


@given(st.integers(1, 16384))
def test_letters_and_numbers_of_columns_agree(number: int) -> None:
    assert column_number(column_letters(number)) == number
