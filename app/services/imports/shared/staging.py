"""Staged rows, for rosters of every kind."""

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

#: The purpose under which the cells of a staged row are sealed.
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
    """Return the columns of a staged row by name, ``raw`` sealed and in base64.

    Args:
        title: the label by which a person recognises the row.
        raw: the row's cells as the person wrote them.
        user_id: the account, or the id reserved for it.
        known: the existing account.
        plan: what the row does; a row without a plan stays out.
        problems: why the row stays out, or a warning about a row that goes in.
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
    """Return the text without NUL, the one character that PostgreSQL does not store."""
    return text.replace("\x00", "")


def _as_json(problem: Problem) -> dict[str, Any]:
    return {
        "label": storable(problem.column_label),
        "message": problem.message.as_json(),
        "shown": storable(problem.shown),
    }
