"""The fields of an account: as cells for the rules, as columns of its row, and the check for unique values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import or_, select

from app.context import Context
from app.errors import DomainError, InvalidFields, Message, msg
from app.models import SchoolClass, User
from app.rules.shared.cells import Cell
from app.rules.shared.pinyin import pinyin_of
from app.services.shared.encrypted_fields import ID_NUMBER, MOBILE, open_id_number, open_mobile, seal

SEALED = (ID_NUMBER, MOBILE)

#: Fields that are stored as they are.
PLAIN = (
    "student_no", "login_name", "real_name", "nickname", "email", "birth_date", "gender", "entry_year", "study_years",
    "major", "bio",
)  # fmt: skip

#: Values that an audit row may show; other fields are only named.
SHOWN = ("student_no", "login_name", "real_name", "nickname", "entry_year", "study_years", "major")

#: Values that are unique in a school: field -> column.
_UNIQUE = {
    "student_no": "student_no",
    "login_name": "login_name",
    "email": "email",
    MOBILE: "mobile_index",
    ID_NUMBER: "id_number_index",
}
#: Columns that follow from others and are never set by a person.
_DERIVED = ("name_pinyin", "name_initials", "mobile_sealed", "id_number_sealed")


def current_cells(ctx: Context, user: User) -> dict[str, Cell]:
    """Return the account as the rules would read it from a file."""
    named = select(SchoolClass.name).where(SchoolClass.id == user.class_id)
    return {
        **{field: getattr(user, field) for field in PLAIN},
        ID_NUMBER: open_id_number(ctx, user),
        MOBILE: open_mobile(ctx, user),
        "class_name": ctx.session.scalar(named) if user.class_id is not None else None,
    }


def columns_of(ctx: Context, user_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that hold these fields, except the class.

    Args:
        user_id: the account, to which sealed values are bound.
        values: by field, normalised by the rules.
    """
    columns = {field: value for field, value in values.items() if field in PLAIN}
    if "real_name" in columns:
        columns["name_pinyin"], columns["name_initials"] = pinyin_of(columns["real_name"])
    for field in SEALED:
        if field in values:
            text = values[field]
            pair = seal(ctx.vault, ctx.school.id, field, user_id, text) if text else (None, None)
            columns[f"{field}_sealed"], columns[f"{field}_index"] = pair
    return columns


def write_columns(user: User, columns: Mapping[str, Any]) -> tuple[str, ...]:
    """Write the columns that differ and mark them as edited by hand, so that an import does not overwrite them unseen.

    Returns:
        the fields that were changed, as they are marked.
    """
    changed = [name for name, value in columns.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, columns[name])
    marked = tuple(name.removesuffix("_index") for name in changed if name not in _DERIVED)
    if marked:
        user.edited_columns = sorted({*user.edited_columns, *marked})
    return marked


def taken_fields(ctx: Context, columns: Mapping[str, Any], *, user_id: int | None) -> dict[str, Message]:
    """Return which of these values another account of the school holds, by field, with that account named.

    Args:
        columns: from ``columns_of``.
        user_id: the account that may hold them.
    """
    unique_values = {field: column for field, column in _UNIQUE.items() if columns.get(column) is not None}
    if not unique_values:
        return {}
    same = or_(*(getattr(User, column) == columns[column] for column in unique_values.values()))
    owners = ctx.session.scalars(select(User).where(same, User.id != (user_id or 0))).all()
    return {
        field: _held_by(owner)
        for field, column in unique_values.items()
        for owner in owners
        if getattr(owner, column) == columns[column]
    }


def refused_when_taken(fields: Collection[str]) -> dict[str, DomainError]:
    """Return the refusals for ``unique``: a value that another transaction took meanwhile is refused at its field."""
    return {
        f"uq_users_school_id_{column}": InvalidFields({field: msg("刚被其他账号使用，请换一个")})
        for field, column in _UNIQUE.items()
        if field in fields
    }


def _held_by(owner: User) -> Message:
    """Return the problem with the account named: it is of the same school, whose people the administrator may see."""
    if owner.student_no:
        return msg("已被学号 %(number)s 的账号使用", number=owner.student_no)
    return msg("已被%(name)s的账号使用", name=owner.real_name)
