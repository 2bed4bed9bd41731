"""The accounts of the school that the rows of a teacher roster may mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, String, any_, literal, select

from app.context import Context
from app.models import RosterImport, RosterImportRow, User
from app.rules.imports.teachers import CheckedTeacher
from app.services.imports.shared.accounts import COLUMNS, Values, read_by
from app.services.imports.shared.row_plan import Indexes

#: The values that identify an account, the surest first; never the name alone (issue 3, point 3).
KEYS = ("login_name", "mobile", "id_number", "email")
_KEY_COLUMNS = {"mobile": "mobile_index", "id_number": "id_number_index"}
_WANTED = (*COLUMNS, "edited_columns")


@dataclass(slots=True)
class TeacherAccounts:
    """Accounts by the values that identify them.

    Args:
        owners: for each of ``KEYS``: value to account.
        namesakes: teachers by real name.
        logins: login names that are in use or reserved by other imports.
    """

    owners: Mapping[str, Mapping[Any, Values]] = field(default_factory=lambda: {key: {} for key in KEYS})
    namesakes: Mapping[str, Sequence[Values]] = field(default_factory=dict)
    logins: Collection[str] = ()


def key_values(row: CheckedTeacher, indexes: Indexes) -> dict[str, Any]:
    """Return the values of a row that identify an account, in stored form; ``KEYS`` in order."""
    values = row.values
    return {
        "login_name": values.login_name,
        "mobile": indexes.mobile,
        "id_number": indexes.id_number,
        "email": values.email,
    }


def find_teacher_accounts(
    ctx: Context, import_id: int, rows: Sequence[CheckedTeacher], keys: Sequence[Mapping[str, Any]]
) -> TeacherAccounts:
    """Return the accounts that hold a value of the file or one of its names.

    Args:
        keys: ``key_values`` of the rows.
    """
    owners = {}
    for key in KEYS:
        column = _KEY_COLUMNS.get(key, key)
        kind = LargeBinary() if column != key else String()
        wanted_values = {values[key] for values in keys if values[key]}
        owners[key] = read_by(ctx, column, wanted_values, kind, _WANTED)
    names = {row.values.real_name for row in rows if row.values.real_name}
    return TeacherAccounts(owners, _namesakes(ctx, names), _logins(ctx, import_id))


def _namesakes(ctx: Context, names: Collection[str]) -> dict[str, list[Values]]:
    columns = ("id", *_WANTED)
    statement = select(*(getattr(User, column) for column in columns)).where(
        User.kind == "teacher", User.real_name == any_(literal(list(names), ARRAY(String())))
    )
    found: dict[str, list[Values]] = defaultdict(list)
    for row in ctx.session.execute(statement.order_by(User.id)):
        values = dict(zip(columns, row, strict=True))
        found[values["real_name"]].append(values)
    return found


def _logins(ctx: Context, import_id: int) -> set[str]:
    # Only staff have login names, so these are few.
    used = select(User.login_name).where(User.login_name.is_not(None))
    promised = RosterImportRow.new["login_name"].astext
    other = (
        select(promised)
        .join(
            RosterImport,
            (RosterImport.school_id == RosterImportRow.school_id)
            & (RosterImport.id == RosterImportRow.import_id),
        )
        .where(
            RosterImport.id != import_id,
            RosterImport.kind == "teachers",
            RosterImport.state.in_(("checking", "checked", "applying")),
            RosterImportRow.action == "create",
            promised.is_not(None),
        )
    )
    return {*ctx.session.scalars(used), *ctx.session.scalars(other)}
