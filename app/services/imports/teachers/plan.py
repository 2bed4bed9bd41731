"""The effect of a row of a teacher roster on the school's accounts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from app.rules.imports.teachers import TeacherValues, new_login_name
from app.rules.shared.pinyin import pinyin_of
from app.services.imports.shared.accounts import Values, as_json
from app.services.imports.shared.row_plan import Indexes, RowPlan, plan_change, sealed_columns
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE
from app.vault import Vault

_PLAIN = ("real_name", "email", "birth_date", "gender", "bio")


def login_for(values: TeacherValues, taken: Collection[str]) -> str | None:
    """Return the login name of a new teacher: the row's own, or a generated one if phone and mail are missing."""
    if values.login_name or values.mobile or values.email:
        return values.login_name
    return new_login_name(values.real_name, taken)


def plan_new_teacher(
    vault: Vault,
    school_id: int,
    user_id: int,
    values: TeacherValues,
    indexes: Indexes,
    *,
    login_name: str | None,
    photo_sha: str | None,
) -> RowPlan:
    """Plan an account to be created under a reserved id; absent values are null, so that an undo sees later ones."""
    full, initials = pinyin_of(values.real_name)
    new = {
        "kind": "teacher",
        "login_name": login_name,
        "nickname": values.real_name,
        "name_pinyin": full,
        "name_initials": initials,
        "photo_sha": photo_sha,
        **{column: as_json(getattr(values, column)) for column in _PLAIN},
        **sealed_columns(vault, school_id, MOBILE, user_id, values.mobile, indexes.mobile),
        **sealed_columns(vault, school_id, ID_NUMBER, user_id, values.id_number, indexes.id_number),
    }
    return RowPlan("create", new, {})


def plan_known_teacher(
    vault: Vault,
    school_id: int,
    known: Values,
    values: TeacherValues,
    indexes: Indexes,
    *,
    photo_sha: str | None,
) -> RowPlan:
    """Plan the changes of an existing account; an empty cell never erases a value."""
    wanted: dict[str, Any] = {column: getattr(values, column) for column in _PLAIN}
    wanted["photo_sha"] = photo_sha
    return plan_change(vault, school_id, known, wanted, values, indexes)
