"""Rosters in memory, read by the words of student rosters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.rules.shared.cells import Cell
from app.sheets.reading.workbook import Grid, Range, Workbook
from app.sheets.rosters.choices import NO_CHOICES, Choices
from app.sheets.rosters.mapping import Fields, Reading, read_columns
from app.sheets.rosters.students import WORDS
from app.sheets.rosters.teachers import WORDS as TEACHER_WORDS

TODAY = date(2026, 11, 30)
HEAD: list[Cell] = ["学号", "姓名", "班级"]


def student(number: int = 1, class_name: str | None = "临床1班") -> list[Cell]:
    """A row of a student."""
    return [f"9000120240{number:03}", "王李张刘陈"[number % 5] + "小明", class_name]


def grid_of(
    *rows: Sequence[Cell], name: str = "Sheet1", merged: Sequence[Range] = (), hidden: bool = False
) -> Grid:
    """A sheet with these rows."""
    return Grid(name, [list(row) for row in rows], list(merged), hidden=hidden)


def reading_of(
    *grids: Grid, choices: Choices = NO_CHOICES, kind: str = "students", fields: Fields | None = None
) -> Reading:
    """The reading of a file with these sheets, of which nothing has been confirmed but these fields."""

    def confirmed(prints: Sequence[str]) -> dict[str, tuple[Fields, str]]:
        return {} if fields is None else dict.fromkeys(prints, (fields, "李老师"))

    words = TEACHER_WORDS if kind == "teachers" else WORDS
    return read_columns(Workbook("xlsx", list(grids)), words, confirmed, TODAY, choices)


def people(reading: Reading) -> list[tuple[int, Cell]]:
    """The numbers and names of the rows that are read."""
    assert reading.sheet is not None, reading.questions
    return [(row.row_no, row.cells["real_name"]) for row in reading.sheet.rows]


def left_out(reading: Reading) -> list[tuple[int, str]]:
    """The numbers and reasons of the rows that are left out."""
    assert reading.sheet is not None, reading.questions
    return [(row.row_no, row.reason) for row in reading.sheet.left_out]


def remarks(reading: Reading) -> list[str]:
    """The sentences about the file."""
    assert reading.sheet is not None, reading.questions
    return [str(remark.message) for remark in reading.sheet.remarks]
