"""Coded values, whose meaning only a person knows."""

from __future__ import annotations

import pytest

from app.rules.shared.cells import Cell
from app.sheets.rosters.choices import Choices
from tests.sheets.rosters.files import HEAD, grid_of, reading_of, student


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([0.0, 1.0], ("0", "1")),
        (["0", "1", "0"], ("0", "1")),
        (["A", "B"], ("A", "B")),
        (["M", "F"], None),
        (["1", "2"], None),
        (["男", "女", "不详"], None),
    ],
)
def test_only_codes_that_no_standard_explains_are_asked(
    values: list[Cell], codes: tuple[str, ...] | None
) -> None:
    rows = [[*student(number), value] for number, value in enumerate(values, start=1)]
    reading = reading_of(grid_of([*HEAD, "性别"], *rows))
    assert reading.codes.get("gender") == codes
    assert reading.questions == (("codes",) if codes else ())


def test_explained_codes_are_not_asked_again() -> None:
    rows = [[*student(number), str(number % 2)] for number in range(1, 4)]
    choices = Choices(codes={"gender": {"0": "女", "1": "男"}})
    assert reading_of(grid_of([*HEAD, "性别"], *rows), choices=choices).questions == ()
