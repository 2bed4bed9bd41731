"""The effect of a row of a file on the school's accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.rules.imports.students import StudentValues
from app.rules.imports.teachers import TeacherValues
from app.rules.shared.cells import Cell
from app.rules.shared.pinyin import pinyin_of
from app.services.imports.shared.accounts import Values, as_json
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE
from app.vault import Vault

Doing = Literal["create", "change", "unchanged"]

_PLAIN = ("real_name", "email", "birth_date", "gender", "entry_year", "study_years", "major")


@dataclass(frozen=True, slots=True)
class Indexes:
    """The blind indexes of a row's sealed values."""

    mobile: bytes | None
    id_number: bytes | None

    @classmethod
    def of(cls, vault: Vault, school_id: int, values: StudentValues | TeacherValues) -> Indexes:
        """Compute the indexes of a row."""
        return cls(
            mobile=vault.blind_index(school_id, MOBILE, values.mobile) if values.mobile else None,
            id_number=vault.blind_index(school_id, ID_NUMBER, values.id_number) if values.id_number else None,
        )


@dataclass(frozen=True, slots=True)
class RowPlan:
    """The changing columns of an account by name, as PostgreSQL writes a row as JSON."""

    action: Doing
    new: dict[str, Any]
    old: dict[str, Any]


def plan_new(
    vault: Vault, school_id: int, user_id: int, values: StudentValues, indexes: Indexes, class_id: int
) -> RowPlan:
    """Plan an account to be created under a reserved id; absent values are null, so that an undo sees later ones."""
    full, initials = pinyin_of(values.real_name)
    new = {
        "kind": "student",
        "student_no": values.student_no,
        "nickname": values.nickname,
        "name_pinyin": full,
        "name_initials": initials,
        "class_id": class_id,
        **{column: as_json(getattr(values, column)) for column in _PLAIN},
        **sealed_columns(vault, school_id, MOBILE, user_id, values.mobile, indexes.mobile),
        **sealed_columns(vault, school_id, ID_NUMBER, user_id, values.id_number, indexes.id_number),
    }
    return RowPlan("create", new, {})


def plan_known(
    vault: Vault,
    school_id: int,
    known: Values,
    values: StudentValues,
    indexes: Indexes,
    class_id: int,
    cells: Mapping[str, Cell],
) -> RowPlan:
    """Plan the changes of an existing account; an empty cell never erases a value."""
    wanted = {column: getattr(values, column) for column in _PLAIN}
    wanted["class_id"] = class_id
    wanted["nickname"] = None if is_blank(cells.get("nickname")) else values.nickname
    return plan_change(vault, school_id, known, wanted, values, indexes)


def plan_change(
    vault: Vault,
    school_id: int,
    known: Values,
    wanted: Mapping[str, Any],
    values: StudentValues | TeacherValues,
    indexes: Indexes,
) -> RowPlan:
    """Plan the wanted columns and sealed values that differ from an existing account; ``None`` requests no change."""
    new = {
        column: as_json(value)
        for column, value in wanted.items()
        if value is not None and value != known[column]
    }
    if "real_name" in new:
        new["name_pinyin"], new["name_initials"] = pinyin_of(values.real_name)
    for field, text, index in (
        (MOBILE, values.mobile, indexes.mobile),
        (ID_NUMBER, values.id_number, indexes.id_number),
    ):
        if index is not None and index != known[f"{field}_index"]:
            new |= sealed_columns(vault, school_id, field, known["id"], text, index)
    old = {column: as_json(known[column]) for column in new}
    return RowPlan("change" if new else "unchanged", new, old)


def is_blank(cell: Cell) -> bool:
    """Return whether a cell is empty."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def sealed_columns(
    vault: Vault, school_id: int, field: str, user_id: int, text: str | None, index: bytes | None
) -> dict[str, str | None]:
    """Return the two columns of a sealed value as JSON, null if there is no value."""
    if text is None or index is None:
        return {f"{field}_sealed": None, f"{field}_index": None}
    sealed = vault.seal_field(school_id, field, user_id, text)
    return {f"{field}_sealed": "\\x" + sealed.hex(), f"{field}_index": "\\x" + index.hex()}
