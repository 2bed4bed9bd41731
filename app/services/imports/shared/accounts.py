"""The accounts of the school that the rows of a file match."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Select, String, any_, literal, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from app.context import Context
from app.errors import Message, msg
from app.models import RosterImportRow, SchoolClass, User
from app.services.shared.locks import Hold, locking

#: The columns of ``users`` that an import writes.
COLUMNS = (
    "kind", "student_no", "nickname", "real_name", "name_pinyin", "name_initials", "email", "mobile_sealed",
    "mobile_index", "id_number_sealed", "id_number_index", "birth_date", "gender", "entry_year", "study_years",
    "class_id", "major", "login_name", "bio", "photo_sha",
)  # fmt: skip

#: Columns whose values are unique in a school.
KEYS = ("student_no", "login_name", "email", "mobile_index", "id_number_index")

#: The wording for the account that holds a value.
_NAMES = ("student_no", "real_name")

#: The columns of one account, and its id.
Values = Mapping[str, Any]


@dataclass(slots=True)
class Accounts:
    """Accounts by their unique values.

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
    """Return the accounts that hold one of these values; each query uses its own unique index."""
    return Accounts(
        by_number=read_by(ctx, "student_no", numbers, String(), (*COLUMNS, "edited_columns")),
        owners={
            "email": read_by(ctx, "email", emails, String(), _NAMES),
            "mobile_index": read_by(ctx, "mobile_index", mobile_indexes, LargeBinary(), _NAMES),
            "id_number_index": read_by(ctx, "id_number_index", id_number_indexes, LargeBinary(), _NAMES),
        },
    )


def read_by(
    ctx: Context, column: str, values: Collection[Any], kind: TypeEngine[Any], columns: tuple[str, ...]
) -> dict[Any, Values]:
    """Return accounts by the values of a column.

    Args:
        column: the column to search.
        values: of that column.
        kind: the column's type.
        columns: the columns to read, beside the id.
    """
    if not values:
        return {}
    key: InstrumentedAttribute[Any] = getattr(User, column)
    selected = (User.id, *(getattr(User, name) for name in columns))
    statement = select(key, *selected).where(key == any_(literal(list(values), ARRAY(kind))))
    names = ("id", *columns)
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in ctx.session.execute(statement)}


def hold_changed(ctx: Context, import_id: int) -> None:
    """Lock the accounts that an import is about to change, against transactions that take them in another order.

    All of them are locked by id, in a mode that lets people register for courses; then, by id again, those whose keys
    change, in a mode that does not: an update of many rows takes them in the order in which it finds them.
    """
    changed = (RosterImportRow.import_id == import_id, RosterImportRow.action == "change")
    _hold(ctx, select(RosterImportRow.user_id).where(*changed), Hold.WRITE)
    keys = RosterImportRow.new.has_any(array(KEYS))
    _hold(ctx, select(RosterImportRow.user_id).where(*changed, keys), Hold.REPLACE)


def hold_taken_back(ctx: Context, import_id: int, class_ids: Collection[int]) -> None:
    """Lock what undoing an import removes or restores, in the order of all locks: its classes, then its accounts by id.

    Nobody can refer to a locked row meanwhile, so an assignment made at the same moment is seen.

    Args:
        class_ids: the classes that the import created.
    """
    classes = select(SchoolClass.id).where(SchoolClass.id.in_(class_ids))
    ctx.session.execute(locking(classes, SchoolClass, Hold.REPLACE))
    former = select(RosterImportRow.old["class_id"].astext.cast(BigInteger)).where(
        RosterImportRow.import_id == import_id, RosterImportRow.action == "change"
    )
    given_back = select(SchoolClass.id).where(SchoolClass.id.in_(former))
    ctx.session.execute(locking(given_back, SchoolClass, Hold.KEEP))
    of_import = RosterImportRow.import_id == import_id
    touched = RosterImportRow.action.in_(("create", "change"))
    _hold(ctx, select(RosterImportRow.user_id).where(of_import, touched), Hold.WRITE)
    removed = or_(RosterImportRow.action == "create", RosterImportRow.old.has_any(array(KEYS)))
    _hold(ctx, select(RosterImportRow.user_id).where(of_import, touched, removed), Hold.REPLACE)


def _hold(ctx: Context, user_ids: Select[Any], hold: Hold) -> None:
    ctx.session.execute(locking(select(User.id).where(User.id.in_(user_ids)), User, hold))


def owned_by(owner: Values) -> Message:
    """Return the problem that an account holds a value; the account is named, since administrators may see it."""
    if owner["student_no"]:
        return msg("已被学号 %(number)s 的账号使用", number=owner["student_no"])
    return msg("已被%(name)s的账号使用", name=owner["real_name"])


def as_json(value: Any) -> Any:
    """Return a column's value as PostgreSQL's ``to_jsonb`` writes it."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, date):
        return value.isoformat()
    return value
