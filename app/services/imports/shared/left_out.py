"""Rows of a file that are not read as people: staged beside the others, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import Message, msg
from app.rules.shared.problems import Problem
from app.services.imports.shared.staging import staged_row
from app.sheets.rosters.findings import LeftOut
from app.vault import Vault

#: The sentence of each reason, for one row; also the label of a group of such rows.
REASONS: Mapping[str, Message] = {
    "not_a_person": msg("不像是人员，例如合计、签名或备注"),
    "above_header": msg("在表头上方"),
    "hidden": msg("在表格中被隐藏或筛选掉"),
    "repeated_header": msg("重复的表头"),
    "example": msg("模板的示例"),
}


def stage_left_out(
    vault: Vault, school_id: int, rows: Sequence[LeftOut], fields: Sequence[str | None]
) -> list[dict[str, Any]]:
    """Return the rows as they are stored; what they contain is sealed.

    A row with a 学号 bears it in its title, as all rows of students do: it is how a deleted person's rows are found.

    Args:
        rows: the rows of a part of the file.
        fields: the field of each of the person's own columns.
    """
    return [
        {
            **staged_row(
                vault,
                school_id,
                row_no=row.row_no,
                title=_title(row.raw, fields),
                # Texts beside the person's own columns are kept, too.
                raw=row.raw if any(map(str.strip, row.raw)) else row.texts,
                user_id=None,
                known=None,
                plan=None,
                problems=[Problem(row.row_no, "", REASONS[row.reason], "")],
            ),
            "action": "left_out",
        }
        for row in rows
    ]


def count_reasons(rows: Sequence[LeftOut]) -> dict[str, int]:
    """Return the number of rows by reason, in the order of ``REASONS``."""
    counts = {reason: sum(row.reason == reason for row in rows) for reason in REASONS}
    return {reason: count for reason, count in counts.items() if count}


def _title(raw: Sequence[str], fields: Sequence[str | None]) -> str:
    cells = {field: text.strip() for field, text in zip(fields, raw, strict=False) if field}
    number = cells.get("student_no", "")
    return f"{number} {cells.get('real_name', '')}" if any(map(str.isdigit, number)) else ""
