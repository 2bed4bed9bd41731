"""Words such as 同上, which stand for the value of the row above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.errors import msg
from app.rules.shared.cells import Cell
from app.sheets.rosters.findings import Remark
from app.sheets.rosters.read import RosterRow

_WORDS = frozenset(
    {"同上", "〃", "″", '"', "“", "”", "''", "同前", "〃〃", "ditto", "do.", "同上行", "〞", "〟"}
)
#: Fields whose value people below each other share.
_FIELDS = ("class_name", "major", "entry_year", "study_years", "gender")


def with_ditto(rows: Sequence[RosterRow], *, fill: bool) -> tuple[list[RosterRow], list[Remark]]:
    """Return the rows, with the value of the row above where a word says so, and what a person should know of it.

    Args:
        rows: the rows in the order of the file.
        fill: whether the person wants them filled.
    """
    found = 0
    above: dict[str, Cell] = {}
    result: list[RosterRow] = []
    for row in rows:
        changed: dict[str, Cell] = {}
        for field in _FIELDS:
            cell = row.cells.get(field)
            if cell.__class__ is str and str(cell).strip().lower() in _WORDS:
                found += 1
                if fill and above.get(field) is not None:
                    changed[field] = above[field]
            elif cell is not None:
                above[field] = cell
        result.append(replace(row, cells={**row.cells, **changed}) if changed else row)
    if not found:
        return result, []
    if fill:
        return result, [Remark(msg("“同上”等 %(n)s 处已按上一行填充", n=found))]
    return result, [Remark(msg("有 %(n)s 处写着“同上”，没有按上一行填充", n=found), take="ditto")]
