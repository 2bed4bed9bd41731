"""Sheets as web pages and XML give them, before they are sent to the parent process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from app.sheets.reading.facts import SheetFacts

#: A cell's value, with "" for an empty cell.
Value = str | float | bool | date | datetime


@dataclass(slots=True)
class WebSheet:
    """A table of a page, or a sheet of XML.

    Args:
        name: its name; "" if it has none.
        rows: the cells.
        facts: what else is known about it, with its merged ranges.
        hidden: whether it is hidden.
    """

    name: str = ""
    rows: list[list[Value]] = field(default_factory=list)
    facts: SheetFacts = field(default_factory=SheetFacts)
    hidden: bool = False


def trimmed(rows: list[list[Value]]) -> list[list[Value]]:
    """Remove empty cells at the end of rows, and empty rows at the end; return the same list."""
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows
