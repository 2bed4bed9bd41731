"""Rosters read in one step, as an import reads a file with known headers."""

from __future__ import annotations

from app.sheets.reading.limits import LIMITS, Limits
from app.sheets.reading.workbook import Workbook
from app.sheets.rosters.header import Vocabulary, find_header
from app.sheets.rosters.read import RosterSheet, only_grid, read_rows
from app.sheets.rosters.students import WORDS as STUDENT_WORDS
from app.sheets.rosters.teachers import WORDS as TEACHER_WORDS
from app.sheets.rosters.teachers import refuse_students


def read_students(workbook: Workbook, limits: Limits = LIMITS) -> RosterSheet:
    """The one sheet with students."""
    return _read(workbook, STUDENT_WORDS, limits)


def read_teachers(workbook: Workbook, limits: Limits = LIMITS) -> RosterSheet:
    """The one sheet with teachers."""
    sheet = _read(workbook, TEACHER_WORDS, limits)
    refuse_students(sheet.header)
    return sheet


def _read(workbook: Workbook, words: Vocabulary, limits: Limits) -> RosterSheet:
    grid = only_grid(workbook)
    return read_rows(grid, find_header(grid.rows, workbook.kind, words), words, limits)
