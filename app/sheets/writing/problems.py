"""Workbooks of rows with problems, which can be corrected and imported again."""

from __future__ import annotations

from collections.abc import Iterable

from app.sheets.rosters.header import ERROR_LABEL, ROW_LABEL
from app.sheets.writing.cells import text_table


def problem_workbook(*, header: list[str], rows: Iterable[tuple[int | str, list[str], str]]) -> bytes:
    """Write the person's own rows with the additional columns 原行号 and 错误说明, which a later import ignores.

    Args:
        header: the person's own header (``RosterSheet.header``).
        rows: for each row, its number or name in the person's file, its texts, and an explanation of its problems.
    """
    width = len(header)
    table = ([*_fit(raw, width), str(row_no), explanation] for row_no, raw, explanation in rows)
    return text_table("问题数据", [*header, ROW_LABEL, ERROR_LABEL], table, [*([18] * width), 8, 60])


def _fit(raw: list[str], width: int) -> list[str]:
    return raw[:width] + [""] * (width - len(raw))
