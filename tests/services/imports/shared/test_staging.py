"""A row as it is staged: its cells sealed, and nothing that the database cannot store."""

from __future__ import annotations

import json
from base64 import b64decode

from app.errors import msg
from app.rules.shared.problems import Problem
from app.services.imports.shared.row_plan import RowPlan
from app.services.imports.shared.staging import ROW_KIND, staged_row
from app.vault import Vault
from tests.support.app import VAULT_KEY

VAULT = Vault(VAULT_KEY)
ROW = {"row_no": 3, "title": " 001 王芳 ", "raw": ["001", "王芳"], "user_id": 7}


def test_the_cells_are_sealed_for_their_school_and_come_back_as_written() -> None:
    row = staged_row(
        VAULT, 1, **ROW, known=None, plan=RowPlan("create", {"real_name": "王芳"}, {}), problems=[]
    )  # type: ignore[arg-type]
    sealed = b64decode(row["raw"])
    assert "王芳".encode() not in sealed
    assert json.loads(VAULT.open_blob(1, ROW_KIND, sealed)) == ["001", "王芳"]
    assert (row["action"], row["title"], row["new"]) == ("create", "001 王芳", {"real_name": "王芳"})


def test_a_row_without_a_plan_stays_out_and_says_why() -> None:
    problem = Problem(3, "手机号\x00", msg("应为 11 位手机号"), "1\x002")
    row = staged_row(VAULT, 1, **ROW, known=None, plan=None, problems=[problem])  # type: ignore[arg-type]
    assert (row["action"], row["new"], row["old"], row["edited"]) == ("problem", {}, {}, [])
    assert row["problems"] == [
        {"label": "手机号", "message": {"text": "应为 11 位手机号", "params": {}}, "shown": "12"}
    ]


def test_marks_of_edits_by_hand_are_kept_where_the_row_changes_the_field() -> None:
    known = {"edited_columns": ["mobile", "major"]}
    plan = RowPlan("change", {"mobile_sealed": "x", "mobile_index": "y"}, {})
    row = staged_row(VAULT, 1, **ROW, known=known, plan=plan, problems=[])  # type: ignore[arg-type]
    assert row["edited"] == ["mobile"]


def test_a_title_of_any_length_fits_its_column() -> None:
    long = ROW | {"title": "长" * 999 + "\x00"}
    row = staged_row(VAULT, 1, **long, known=None, plan=None, problems=[])  # type: ignore[arg-type]
    assert row["title"] == "长" * 200
