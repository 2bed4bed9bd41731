"""Changes to an account by a row of a teacher roster."""

from __future__ import annotations

import pytest

from app.rules.imports.teachers import TeacherValues
from app.services.imports.shared.accounts import COLUMNS
from app.services.imports.shared.row_plan import Indexes
from app.services.imports.teachers.plan import login_for, plan_known_teacher, plan_new_teacher
from app.services.shared.encrypted_fields import MOBILE, unseal
from app.vault import Vault
from tests.support.app import VAULT_KEY

VAULT = Vault(VAULT_KEY)
NOTHING = dict.fromkeys(TeacherValues.__dataclass_fields__)


def values(**given: str) -> TeacherValues:
    """A checked row that says this and nothing else."""
    return TeacherValues(**(NOTHING | {"real_name": "王芳"} | given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "login"),
    [
        ({}, "wangfang2"),
        ({"login_name": "fang"}, "fang"),
        ({"mobile": "13800000001"}, None),
        ({"email": "wang@example.cn"}, None),
    ],
)
def test_a_login_name_is_given_where_nothing_else_opens_the_account(
    given: dict[str, str], login: str | None
) -> None:
    assert login_for(values(**given), {"wangfang1"}) == login


def test_a_new_account_gets_every_column_sealed_where_it_is_personal() -> None:
    row = values(mobile="13800000001", bio="教授。")
    plan = plan_new_teacher(VAULT, 1, 7, row, Indexes.of(VAULT, 1, row), login_name=None, photo_sha="a1")
    assert (plan.action, plan.old) == ("create", {})
    assert (plan.new["kind"], plan.new["name_pinyin"], plan.new["photo_sha"]) == ("teacher", "wangfang", "a1")
    sealed = bytes.fromhex(plan.new["mobile_sealed"].removeprefix("\\x"))
    assert unseal(VAULT, 1, MOBILE, 7, sealed) == "13800000001"
    assert (plan.new["id_number_sealed"], plan.new["email"]) == (None, None)


def test_an_empty_cell_erases_nothing_of_a_known_account() -> None:
    known = dict.fromkeys(COLUMNS) | {"id": 7, "real_name": "王芳", "bio": "教授。", "email": "a@b.cn"}
    plans = [
        plan_known_teacher(VAULT, 1, known, row, Indexes.of(VAULT, 1, row), photo_sha=None)
        for row in (values(), values(bio="院长。"))
    ]
    assert [(plan.action, plan.new, plan.old) for plan in plans] == [
        ("unchanged", {}, {}),
        ("change", {"bio": "院长。"}, {"bio": "教授。"}),
    ]
