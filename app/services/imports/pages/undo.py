"""Undoing an applied import."""

from __future__ import annotations

from dataclasses import replace

from app.context import Context
from app.errors import Conflict, msg
from app.models import RosterImport
from app.rules.permissions import Action
from app.services.imports.pages.read import find_import
from app.services.imports.shared import sql
from app.services.imports.shared.accounts import hold_taken_back
from app.services.imports.shared.lease import end_by_person, lock
from app.services.imports.shared.pictures import restore_photos
from app.services.imports.shared.summary import Result, Summary, Undone
from app.services.imports.shared.undo_accounts import (
    count_kept,
    remove_classes,
    remove_created,
)
from app.services.shared.audit import record
from app.services.shared.locks import Lock, school_lock
from app.services.shared.require_permission import require


def undo_import(ctx: Context, *, import_id: int) -> RosterImport:
    """Remove the created accounts and restore the old values of the changed ones, in the caller's transaction.

    Accounts that somebody has changed or used since, and those that other rows refer to by now (as head teacher,
    staff or participant of a course …), are kept; their rows say why. Empty classes that the import created are
    removed. A second click changes nothing.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: it has not been applied.
    """
    require(ctx, Action.IMPORT_ROSTER)
    school_lock(ctx, Lock.ROSTER)
    found = find_import(ctx, import_id)
    if found.state == "undone":
        return found
    summary = Summary.from_json(found.summary)
    if found.state != "applied" or not lock(ctx, import_id):
        raise Conflict(msg("只有已完成的导入才能撤销"))
    result = summary.result or Result()
    sql.join_sets(ctx)
    hold_taken_back(ctx, import_id, result.classes)
    removed = remove_created(ctx, import_id)
    restored = sql.restore_changes(ctx, import_id)
    restore_photos(ctx, import_id)
    classes, kept_classes = remove_classes(ctx, result.classes)
    undone = Undone(
        removed=removed,
        restored=restored,
        kept=count_kept(ctx, import_id),
        classes=classes,
        kept_classes=kept_classes,
    )
    end_by_person(
        ctx, found, "undone", undone_at=ctx.now(), summary=replace(summary, undone=undone).as_json()
    )
    counts = {"removed": removed, "restored": restored, "kept": undone.kept, "classes": undone.classes}
    record(ctx, "roster_import.undone", "roster_import", found.id, counts)
    return found
