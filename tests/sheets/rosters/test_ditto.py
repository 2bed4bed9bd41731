"""同上 stands for the value of the row above, if the person says so."""

from __future__ import annotations

from app.sheets.rosters.choices import Choices
from tests.sheets.rosters.files import HEAD, grid_of, reading_of, remarks, student

GRID = grid_of(HEAD, student(1), student(2, "同上"), student(3, "〃"), student(4, "2班"), student(5, "同上"))


def test_words_are_counted_and_not_filled_unasked() -> None:
    reading = reading_of(GRID)
    assert reading.sheet is not None
    assert reading.sheet.rows[1].cells["class_name"] == "同上"
    assert remarks(reading) == ["有 3 处写着“同上”，没有按上一行填充"]
    assert reading.sheet.remarks[0].take == "ditto"


def test_they_are_filled_from_above_when_a_person_says_so() -> None:
    reading = reading_of(GRID, choices=Choices(fill_ditto=True))
    assert reading.sheet is not None
    classes = [row.cells["class_name"] for row in reading.sheet.rows]
    assert classes == ["临床1班", "临床1班", "临床1班", "2班", "2班"]
