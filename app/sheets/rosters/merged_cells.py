"""Merged cells of a roster, read as what they cover."""

from __future__ import annotations

from dataclasses import replace

from app.errors import Message, msg
from app.rules.shared.cells import Cell, display_text
from app.rules.shared.texts import first_few
from app.sheets.reading.workbook import Grid, Range
from app.sheets.rosters.findings import Remark
from app.sheets.rosters.header import Header

#: What people share who stand below each other.
_SHARED = frozenset({"class_name", "major", "entry_year", "study_years"})
#: Texts whose parts may stand in several columns below one header.
_TEXTS = frozenset({"real_name", "class_name", "major", "nickname", "student_no", "id_number"})
_RANGES_NAMED = 3


def with_merged_filled(grid: Grid, header: Header) -> tuple[Grid, list[Remark]]:
    """Return a sheet in which merged cells hold what they cover, and what a person should know of it.

    A value of a shared field that is merged downwards belongs to all rows that it covers. Below a header that covers
    several columns, their texts are one value. Ranges outside the columns that are read, in notes and in titles do
    not matter.

    Args:
        grid: the sheet.
        header: its header.
    """
    if not grid.merged:
        return grid, []
    rows = list(grid.rows)
    filled: list[str] = []
    empty: list[str] = []
    for merged in grid.merged:
        if merged.bottom > header.row_no and merged.top > header.row_no:
            _fill_down(rows, merged, header, filled, empty)
        elif merged.left < merged.right and header.first_row <= merged.top <= header.row_no:
            _join_columns(rows, merged, header)
    remarks: list[Remark] = []
    if filled:
        remarks.append(Remark(_filled(filled)))
    if empty:
        remarks.append(Remark(_covered(empty)))
    return replace(grid, rows=rows), remarks


def _fill_down(
    rows: list[list[Cell]], merged: Range, header: Header, filled: list[str], empty: list[str]
) -> None:
    if merged.top == merged.bottom or merged.top > len(rows):
        return
    for index in range(merged.left - 1, merged.right):
        field = header.fields.get(index)
        if field is None:
            continue
        top = rows[merged.top - 1]
        value = top[merged.left - 1] if merged.left <= len(top) else None
        if value is None or index != merged.left - 1:
            continue
        if field not in _SHARED:
            empty.append(str(merged))
            continue
        for number in range(merged.top + 1, min(merged.bottom, len(rows)) + 1):
            row = list(rows[number - 1])
            if any(cell is not None for cell in row):
                row += [None] * (index + 1 - len(row))
                row[index] = value
                rows[number - 1] = row
        filled.append(str(merged))


def _join_columns(rows: list[list[Cell]], merged: Range, header: Header) -> None:
    left, right = merged.left - 1, merged.right
    fields = [header.fields.get(index) for index in range(left, right)]
    if fields[0] not in _TEXTS or any(fields[1:]):
        return
    # A word above several columns with words of their own (基本信息 above 学号 and 备注) makes them no single value.
    own = [header.texts.get(index, "") for index in range(left, right)]
    if any(text not in ("", own[0]) for text in own[1:]):
        return
    for number in range(header.row_no + 1, len(rows) + 1):
        row = rows[number - 1]
        parts = [cell for cell in row[left:right] if cell is not None]
        if len(parts) > 1:
            joined = "".join(display_text(cell).strip() for cell in parts)
            rows[number - 1] = [*row[:left], joined, *([None] * (right - left - 1)), *row[right:]]


def _filled(ranges: list[str]) -> Message:
    return msg(
        "%(ranges)s 等合并单元格共 %(n)s 处，已把内容填到它覆盖的每一行",
        ranges=first_few(ranges, _RANGES_NAMED),
        n=len(ranges),
    )


def _covered(ranges: list[str]) -> Message:
    return msg(
        "%(ranges)s 是合并单元格，只有第一行有内容；其余各行如果是另外的人，请取消合并后填写",
        ranges=first_few(ranges, _RANGES_NAMED),
    )
