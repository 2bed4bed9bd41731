"""Coded values of a file (0 and 1 as gender), replaced by what a person said that they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from app.rules.shared.cells import Cell, CellFlaw, display_text
from app.sheets.rosters.read import RosterRow, RosterSheet


def decoded(sheet: RosterSheet, codes: Mapping[str, Mapping[str, str]]) -> RosterSheet:
    """Return the sheet with codes replaced by their meanings; what the person wrote (``raw``) stays.

    Args:
        sheet: the roster as read.
        codes: the meanings of codes by field.
    """
    if not any(codes.values()):
        return sheet
    return replace(sheet, rows=[_decoded_row(row, codes) for row in sheet.rows])


def _decoded_row(row: RosterRow, codes: Mapping[str, Mapping[str, str]]) -> RosterRow:
    meant = {
        field: meanings[text]
        for field, meanings in codes.items()
        if field in row.cells and (text := _code(row.cells[field])) in meanings
    }
    return replace(row, cells={**row.cells, **meant}) if meant else row


def _code(cell: Cell) -> str:
    return "" if cell is None or isinstance(cell, CellFlaw) else display_text(cell).strip()
