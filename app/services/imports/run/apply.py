"""Applying of the staged rows: all in one transaction with the change of state."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.context import Context
from app.errors import Message, msg
from app.models import RosterImport
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.classes.later_joiners import follow_joiners, hold_followed
from app.services.classes.numbering import NewClass, create_classes
from app.services.imports.kinds import KINDS
from app.services.imports.shared import sql
from app.services.imports.shared.accounts import hold_changed
from app.services.imports.shared.heartbeat import Heartbeat, Progress, keep_alive
from app.services.imports.shared.lease import Run, Superseded, claim, finish, lock
from app.services.imports.shared.pictures import apply_photos, forget_pictures
from app.services.imports.shared.summary import ProblemGroup, Result, Summary
from app.services.schools.quotas import people_refusal
from app.services.shared.audit import record
from app.services.shared.locks import Lock, school_lock

#: Attempts while accounts are written by others at the same moment; the next attempt sees them and leaves the rows
#: out.
_TRIES = 3
_ROWS_NAMED = 5

_CHANGED_MEANWHILE = msg("刚被别人修改，没有覆盖，请重新导入这一行")
_CLASS_GONE = msg("所属班级在预览之后被删除，请重新导入这一行")


def run_apply(units: UnitOfWorkFactory, *, import_id: int, progress: Progress | None = None) -> None:
    """Write what the preview showed; do nothing when there is nothing to do.

    A run that is killed leaves nothing: classes, accounts and the state ``applied`` become visible in one commit.
    Rows whose account or class is no longer as the preview showed it become problems. Students who joined a class
    with followed courses are registered in a unit of work of its own, so that nobody waits for a seat while a roster
    is written; after a kill in between, the class's page shows who is missing.
    """
    with units() as ctx:
        run = claim(ctx, import_id, waiting="applying", working="applying")
    if run is None:
        return
    with keep_alive(units, run, progress) as pulse:
        for attempt in range(1, _TRIES + 1):
            try:
                with units() as ctx:
                    _apply(ctx, run, pulse)
                break
            except IntegrityError:
                if attempt == _TRIES:
                    raise
    with units() as ctx:
        follow_joiners(ctx, hold_followed(ctx))


def _apply(ctx: Context, run: Run, pulse: Heartbeat) -> None:
    # Held until the commit, so that no second run can begin beside this one. The row of the import itself stays free
    # for the heartbeat until the end.
    # for the heartbeat until the very end.
    if not lock(ctx, run.import_id):
        raise Superseded
    # One import of a school at a time: the second sees what the first has written.
    school_lock(ctx, Lock.ROSTER)
    sql.join_sets(ctx)
    found = ctx.session.execute(
        select(RosterImport.summary, RosterImport.options, RosterImport.kind).where(
            RosterImport.id == run.import_id
        )
    ).one()
    summary, total = Summary.from_json(found.summary), Summary.from_json(found.summary).counts.good
    pulse.show(0, total)
    # Other accounts may have been added since the preview, which had room for these.
    too_many = people_refusal(ctx, new=summary.counts.create, hold=True)
    groups = list(summary.problems)
    same = {int(planned): int(present) for planned, present in found.options.get("same_classes", {}).items()}
    created_classes = _classes(ctx, run, summary, same)
    missing = sql.missing_classes(ctx, run.import_id)
    if missing:
        _note(groups, _CLASS_GONE, sql.leave_out_classes(ctx, run.import_id, missing, _CLASS_GONE))
    hold_changed(ctx, run.import_id)
    created = 0 if too_many else sql.insert_created(ctx, run.import_id)
    pulse.show(created, total)
    if created < summary.counts.create:
        reason = too_many or KINDS[found.kind].created_meanwhile
        _note(groups, reason, sql.leave_out_creates(ctx, run.import_id, reason))
    changed = sql.write_changes(ctx, run.import_id) if summary.counts.change else []
    pulse.show(created + len(changed), total)
    if len(changed) < summary.counts.change:
        skipped = sql.leave_out_changes(ctx, run.import_id, changed, _CHANGED_MEANWHILE)
        _note(groups, _CHANGED_MEANWHILE, skipped)
    apply_photos(ctx, run.import_id)
    forget_pictures(ctx, run.import_id)
    result = Result(
        created=created,
        changed=len(changed),
        unchanged=summary.counts.unchanged,
        problem=summary.counts.people - summary.counts.unchanged - created - len(changed),
        classes=created_classes,
    )
    done = replace(summary, problems=tuple(groups), result=result)
    counts = {
        "created": created,
        "changed": len(changed),
        "problem": result.problem,
        "classes": len(created_classes),
    }
    record(ctx, "roster_import.applied", "roster_import", run.import_id, counts)
    finish(
        ctx,
        run,
        "applied",
        summary=done.as_json(),
        applied_at=ctx.now(),
        progress_done=total,
        progress_total=total,
    )


def _classes(ctx: Context, run: Run, summary: Summary, same: dict[int, int]) -> tuple[int, ...]:
    """Create the planned classes; return the ids of those that are new."""
    to_create = [
        NewClass(planned.id, planned.name, planned.entry_year, planned.major)
        for planned in summary.classes
        # Under another update rule a class may have no rows left.
        if planned.rows and planned.id not in same
    ]
    present = create_classes(ctx, wanted=to_create) if to_create else {}
    there = same | {planned: found for planned, found in present.items() if planned != found}
    if there:
        sql.remap_classes(ctx, run.import_id, there)
    return tuple(planned for planned, found in present.items() if planned == found)


def _note(groups: list[ProblemGroup], reason: Message, rows: list[int]) -> None:
    if rows:
        groups.append(ProblemGroup("", reason, len(rows), tuple(sorted(rows)[:_ROWS_NAMED])))
