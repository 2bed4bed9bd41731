"""A row as it is staged, whatever people the roster is of."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any

from app.rules.shared.problems import Problem
from app.services.imports.shared.accounts import Values
from app.services.imports.shared.edit_marks import marks_among
from app.services.imports.shared.row_plan import RowPlan
from app.vault import Vault

#: What the cells of a staged row are sealed as.
ROW_KIND = "roster_import_row"
_TITLE_LENGTH = 200


def staged_row(
    vault: Vault,
    school_id: int,
    *,
    row_no: int,
    title: str,
    raw: Sequence[str],
    user_id: int | None,
    known: Values | None,
    plan: RowPlan | None,
    problems: Iterable[Problem],
) -> dict[str, Any]:
    """The columns of a staged row by name, ``raw`` sealed and in base64.

    Args:
        title: by which a person knows the row.
        raw: the row's cells as the person wrote them.
        user_id: the account, or the id reserved for it.
        known: the account that is there.
        plan: what the row does; without one it stays out.
        problems: why it stays out, or what is said of a row that goes in.
    """
    cells = json.dumps(raw, ensure_ascii=False, separators=(",", ":")).encode()
    return {
        "row_no": row_no,
        "action": plan.action if plan else "problem",
        "user_id": user_id,
        "title": storable(title.strip())[:_TITLE_LENGTH],
        "new": plan.new if plan else {},
        "old": plan.old if plan else {},
        "edited": marks_among(known["edited_columns"], plan.new) if known and plan else [],
        "problems": [_as_json(problem) for problem in problems],
        "raw": b64encode(vault.seal_blob(school_id, ROW_KIND, cells)).decode(),
    }


def storable(text: str) -> str:
    """PostgreSQL stores every character but this one."""
    return text.replace("\x00", "")


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "label": storable(problem.column_label),
        "message": problem.message.as_json(),
        "shown": storable(problem.shown),
    }
