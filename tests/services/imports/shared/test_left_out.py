"""Rows of a file that are left out: staged with their reason, sealed, and counted."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import get_args

from app.services.imports.shared.left_out import REASONS, count_reasons, stage_left_out
from app.services.imports.shared.staging import ROW_KIND
from app.sheets.rosters.findings import LeftOut, Reason
from app.vault import Vault
from tests.support.app import VAULT_KEY

VAULT = Vault(VAULT_KEY)
ROWS = [
    LeftOut(9, "not_a_person", ("合计", "3 人"), ["合计", "3 人"]),
    LeftOut(10, "not_a_person", ("制表：李某",), ["", ""]),
    LeftOut(1, "above_header", ("名单",), ["名单", ""]),
]


def test_what_a_row_contains_is_sealed_and_its_reason_is_a_sentence() -> None:
    staged = stage_left_out(VAULT, 1, ROWS, ("student_no", "real_name"))
    assert [(row["row_no"], row["action"], row["user_id"], row["title"]) for row in staged] == [
        (9, "left_out", None, ""),
        (10, "left_out", None, ""),
        (1, "left_out", None, ""),
    ]
    assert "制表" not in json.dumps(staged, ensure_ascii=False)
    assert [json.loads(VAULT.open_blob(1, ROW_KIND, b64decode(row["raw"]))) for row in staged] == [
        ["合计", "3 人"],
        ["制表：李某"],
        ["名单", ""],
    ]
    assert staged[2]["problems"][0]["message"]["text"] == REASONS["above_header"].text


def test_a_person_who_is_left_out_is_known_by_number_and_name() -> None:
    row = LeftOut(5, "hidden", ("900012026001", "王芳"), ["王芳", " 900012026001 "])
    (staged,) = stage_left_out(VAULT, 1, [row], ("real_name", "student_no"))
    assert staged["title"] == "900012026001 王芳"


def test_rows_are_counted_by_reason_and_every_reason_has_a_sentence() -> None:
    assert count_reasons(ROWS) == {"not_a_person": 2, "above_header": 1}
    assert count_reasons([]) == {}
    assert set(REASONS) == set(get_args(Reason))
