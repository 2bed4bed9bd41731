"""The school's accounts that a file speaks of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, String, any_, literal, select
from sqlalchemy.types import TypeEngine

from app.context import Context
from app.models import User

#: The columns of ``users`` that an import writes.
COLUMNS = (
    "kind", "student_no", "nickname", "real_name", "name_pinyin", "name_initials", "email", "mobile_sealed",
    "mobile_index", "id_number_sealed", "id_number_index", "birth_date", "gender", "entry_year", "study_years",
    "class_id", "major",
)  # fmt: skip

#: The columns of one account, and its id.
Values = Mapping[str, Any]


@dataclass(slots=True)
class Accounts:
    """Accounts by what may stand only once in a school.

    Args:
        by_number: by 学号.
        owners: for ``email``, ``mobile_index`` and ``id_number_index``: value to account.
    """

    by_number: dict[str, Values] = field(default_factory=dict)
    owners: dict[str, dict[Any, Values]] = field(default_factory=dict)


def find_accounts(
    ctx: Context,
    *,
    numbers: Collection[str],
    emails: Collection[str],
    mobile_indexes: Collection[bytes],
    id_number_indexes: Collection[bytes],
) -> Accounts:
    """Read the accounts that hold one of these values, each query by its own unique index."""
    found = Accounts()
    found.by_number = _read(ctx, "student_no", list(numbers), String())
    found.owners = {
        "email": _read(ctx, "email", list(emails), String()),
        "mobile_index": _read(ctx, "mobile_index", list(mobile_indexes), LargeBinary()),
        "id_number_index": _read(ctx, "id_number_index", list(id_number_indexes), LargeBinary()),
    }
    return found


def _read(ctx: Context, column: str, values: list[Any], kind: TypeEngine[Any]) -> dict[Any, Values]:
    if not values:
        return {}
    wanted = (User.id, *(getattr(User, name) for name in COLUMNS))
    statement = select(*wanted).where(getattr(User, column) == any_(literal(values, ARRAY(kind))))
    return {row[column]: dict(row) for row in ctx.session.execute(statement).mappings()}


def as_json(value: Any) -> Any:
    """A column's value as PostgreSQL's ``to_jsonb`` writes it."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, date):
        return value.isoformat()
    return value
