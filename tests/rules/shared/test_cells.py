"""The cells of a file, as text that means something."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.shared.cells import Cell, CellFlaw, Unreadable, code_text, display_text, normalised_text


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_up_to_fifteen_digits_come_out_of_a_number_without_loss(number: int) -> None:
    assert normalised_text(float(number)) == str(number)
    assert normalised_text(number) == str(number)


@given(st.integers(10**15, 10**18))
def test_more_than_fifteen_digits_in_a_number_are_refused(number: int) -> None:
    for cell in (float(number), number):
        with pytest.raises(Unreadable, match="超过 15 位"):
            normalised_text(cell)
    with pytest.raises(Unreadable, match="科学计数法"):
        normalised_text(display_text(float(number)))


@given(st.text())
def test_any_text_is_cleaned_or_refused_and_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        once = normalised_text(text)
    except Unreadable:
        return
    assert normalised_text(once) == once
    assert once == once.strip()
    assert not set(once) & set("\u200b\ufeff\u3000\x00\t\n")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (None, ""),
        ("a", "a"),
        (5.0, "5"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (date(1990, 10, 12), "1990-10-12"),
        (datetime(1990, 10, 12), "1990-10-12"),  # noqa: DTZ001
        (datetime(1990, 10, 12, 8), "1990-10-12 08:00:00"),  # noqa: DTZ001
        (1.10105194912310e17, "1.10105194912310E+17"),
        (CellFlaw.ERROR, "#ERROR!"),
    ],
)
def test_a_cell_is_shown_as_the_person_sees_it(cell: Cell, shown: str) -> None:
    assert display_text(cell) == shown


def test_codes_lose_blanks_and_full_width_signs() -> None:
    assert code_text("９０００１ ２０２６－００１") == "900012026-001"
    assert code_text("'90001001") == "90001001"
