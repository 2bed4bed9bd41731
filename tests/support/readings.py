"""Readings of rosters with questions, remarks and rows that are left out, whatever the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.services.imports.pages import columns
from app.sheets.reading.workbook import Workbook
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.findings import LeftOut
from app.sheets.rosters.header import Vocabulary
from app.sheets.rosters.mapping import ConfirmedHeaders, Reading

#: Changes what was read of a file, by the choices under which it was read.
Change = Callable[[Reading, Choices], Reading]


def change_readings(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """Read every file as it is, and change the result."""
    real = columns.read_columns

    def read(
        workbook: Workbook, words: Vocabulary, confirmed: ConfirmedHeaders, today: date, choices: Choices
    ) -> Reading:
        return change(real(workbook, words, confirmed, today, choices), choices)

    monkeypatch.setattr(columns, "read_columns", read)


def with_sheet(reading: Reading, **values: Any) -> Reading:
    """Return the reading with other values of its sheet."""
    assert reading.sheet is not None
    return replace(reading, sheet=replace(reading.sheet, **values))


def without_rows(reading: Reading, reasons: dict[int, Any], taken: frozenset[int] = frozenset()) -> Reading:
    """Return the reading with some rows left out.

    Args:
        reasons: the reason by row number.
        taken: rows that are read nevertheless.
    """
    assert reading.sheet is not None
    rows = reading.sheet.rows
    left_out = tuple(
        LeftOut(row.row_no, reasons[row.row_no], tuple(filter(None, row.raw)), row.raw)
        for row in rows
        if row.row_no in reasons and row.row_no not in taken
    )
    gone = {row.row_no for row in left_out}
    return with_sheet(reading, rows=[row for row in rows if row.row_no not in gone], left_out=left_out)
