"""The created accounts and classes that an undo removes, and those it keeps, with the reason.

Rows that depend on an account are found by the foreign keys that point at ``users``: each is in ``KEEPS`` or in
``GOES``, and a test compares both with the database's catalogue.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    ForeignKeyConstraint,
    Table,
    case,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.context import Context
from app.models import RosterImportRow, SchoolClass, User
from tenants.db import Base

#: Foreign keys of rows that keep an account, each with the reason that is noted
#: (``app.services.imports.pages.read`` words it); of several the first is noted. What a person did keeps the account
#: even where a deletion would take it along.
#: (``app.services.imports.pages.read`` words it); of several the first is said. What a person did keeps the account
#: even where a deletion would take it along.
KEEPS: Mapping[str, str] = {
    "fk_enrolments_user": "registered",
    "fk_classes_head_teacher": "head_teacher",
    "fk_course_offerings_operating_teacher": "operates",
    "fk_offering_assistants_user": "assists",
    "fk_courses_created_by": "authored",
    "fk_waiting_places_user": "waiting",
    "fk_change_requests_user": "requested",
    "fk_consents_user": "used",
    "fk_class_selections_created_by": "acted",
    "fk_course_drafts_edited_by": "acted",
    "fk_course_drafts_submitted_by": "acted",
    "fk_course_reviews_by_id": "acted",
    "fk_roster_imports_created_by": "acted",
}
#: Foreign keys of rows that are deleted with an account: messages to a person who never logged in, and the import's
#: picture.
GOES = frozenset({"fk_mails_user", "fk_notices_user", "fk_user_photos_user"})

_SET: dict[str, Any] = {"synchronize_session": False}
_USERS = cast(Table, User.__table__)
_CLASSES = cast(Table, SchoolClass.__table__)


def remove_created(ctx: Context, import_id: int) -> int:
    """Delete the created accounts that nothing keeps, and note why the others are kept.

    Returns:
        the number of deleted accounts.
    """
    created = (RosterImportRow.import_id == import_id, RosterImportRow.action == "create")
    keep = update(RosterImportRow).where(*created, _same_account()).values(kept=_reason())
    ctx.session.execute(keep, execution_options=_SET)
    free = select(RosterImportRow.user_id).where(*created, RosterImportRow.kept.is_(None))
    return _count(ctx, delete(User).where(User.id.in_(free)))


def count_kept(ctx: Context, import_id: int) -> int:
    """Return the number of rows whose accounts an undo left unchanged."""
    query = select(func.count()).select_from(RosterImportRow)
    query = query.where(RosterImportRow.import_id == import_id, RosterImportRow.kept.is_not(None))
    return ctx.session.scalar(query) or 0


def remove_classes(ctx: Context, classes: Collection[int]) -> tuple[int, int]:
    """Delete those of the classes that have no students, no head teacher and no courses.

    Returns:
        the numbers of deleted and of kept classes.
    """
    among = SchoolClass.id.in_(classes)
    in_use = or_(
        SchoolClass.head_teacher_id.is_not(None), *(_points(key, _CLASSES) for key in keys_to(_CLASSES))
    )
    removed = _count(ctx, delete(SchoolClass).where(among, ~in_use))
    return removed, ctx.session.scalar(select(func.count()).select_from(SchoolClass).where(among)) or 0


def keys_to(table: Table) -> list[ForeignKeyConstraint]:
    """Return all foreign keys that point at a table."""
    keys = [key for referring in Base.metadata.sorted_tables for key in referring.foreign_key_constraints]
    return [key for key in keys if key.referred_table is table]


def _reason() -> ColumnElement[str | None]:
    """Return SQL for why an account is kept; NULL when nothing keeps it."""
    keys = {str(key.name): key for key in keys_to(_USERS)}
    as_created = func.to_jsonb(_USERS.table_valued(), type_=JSONB).contains(RosterImportRow.new)
    return case(
        *((_points(keys[name], _USERS), code) for name, code in KEEPS.items()),
        (or_(User.last_login_at.is_not(None), User.password_hash.is_not(None)), "used"),
        (~as_created, "changed"),
        else_=None,
    )


def _points(key: ForeignKeyConstraint, table: Table) -> ColumnElement[bool]:
    """Return whether a row points at this row of the table by the key."""
    same = (element.parent == element.column for element in key.elements)
    return select(1).select_from(key.table).where(*same).correlate(table).exists()


def _same_account() -> ColumnElement[bool]:
    return (RosterImportRow.school_id == User.school_id) & (RosterImportRow.user_id == User.id)


def _count(ctx: Context, statement: Any) -> int:
    done = ctx.session.execute(statement, execution_options=_SET)
    return int(cast("CursorResult[Any]", done).rowcount)
