"""Checking of an import: from file to staged rows, in several transactions of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import delete, select

from app.errors import msg
from app.models import RosterImport, RosterImportRow
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.imports.kinds import KINDS
from app.services.imports.pages.asked import Asked, with_asked
from app.services.imports.pages.columns import WORDS, ask_for_columns, read_file, without_values
from app.services.imports.pages.update_rules import UpdateRule, apply_rule
from app.services.imports.pages.upload import FILE_KIND
from app.services.imports.shared import sql
from app.services.imports.shared.heartbeat import Heartbeat, Progress, keep_alive
from app.services.imports.shared.lease import Run, claim, fail, finish, hold
from app.services.imports.shared.left_out import count_reasons, stage_left_out
from app.services.imports.shared.pictures import forget_pictures, open_pictures, stage_photos
from app.services.imports.shared.source import Rows, Source
from app.services.shared.audit import record
from app.sheets.reading.reader import read_workbook
from app.sheets.reading.refusals import SheetRefused
from app.sheets.rosters.findings import Remark
from app.sheets.rosters.mapping import Reading
from app.sheets.rosters.read import RosterSheet

#: Rows a transaction; between two of them the progress becomes visible and another run may take over.
CHUNK = 2_000
#: Rows between two checks whether this run is still needed.
_LOOK = 500


def run_check(units: UnitOfWorkFactory, *, import_id: int, progress: Progress | None = None) -> None:
    """Check the file of an import and stage its rows; do nothing when there is nothing to do.

    The import ends in ``checked``, in ``mapping`` when a person has to explain the file, in ``refused`` when the file
    cannot be read as a roster (then only the history keeps it), or in ``failed``, from which the person can try again,
    when the machine was too busy to read it.
    """
    with units() as ctx:
        run = claim(ctx, import_id, waiting="uploaded", working="checking")
        if run is None:
            return
        sealed, options, kind = ctx.session.execute(
            select(RosterImport.content, RosterImport.options, RosterImport.kind).where(
                RosterImport.id == import_id
            )
        ).one()
        # Rows that an earlier run of this import has left.
        ctx.session.execute(delete(RosterImportRow).where(RosterImportRow.import_id == import_id))
        pictures = open_pictures(ctx, import_id)
    with keep_alive(units, run, progress) as pulse:
        content = units.vault.open_blob(units.school.id, FILE_KIND, sealed or b"")
        try:
            reading = _read(units, kind, content, options)
            with units() as ctx:
                if reading.sheet is None:
                    ask_for_columns(ctx, run, reading, options)
                    return
                options = with_asked(ctx, options, Asked.of(reading))
                source = Source(
                    units.vault,
                    units.school,
                    ctx.today(),
                    without_values(WORDS[kind], reading),
                    options,
                    pictures,
                    content,
                )
            rows = _checked(pulse, kind, source)
        except SheetRefused as refused:
            with units() as ctx:
                if refused.code == "busy":
                    fail(ctx, run, refused.message)
                    return
                forget_pictures(ctx, import_id)
                finish(ctx, run, "refused", refusal=refused.message.as_json(), content=None)
                record(ctx, "roster_import.refused", "roster_import", import_id)
            return
        _stage(units, run, pulse, kind, rows, source, reading)


def _read(units: UnitOfWorkFactory, kind: str, content: bytes, options: Mapping[str, Any]) -> Reading:
    workbook = read_workbook(content, "")
    with units() as ctx:
        return read_file(ctx, kind, workbook, options)


def _checked(pulse: Heartbeat, kind: str, source: Source) -> Rows:
    """Check row by row; this is the first half of the progress."""
    total, rows = len(source.sheet.rows), KINDS[kind].rows(source)
    for number, _ in enumerate(rows.check()):
        if number % _LOOK == 0:
            pulse.show(number // 2, total)
    return rows


def _stage(
    units: UnitOfWorkFactory,
    run: Run,
    pulse: Heartbeat,
    kind: str,
    roster: Rows,
    source: Source,
    reading: Reading,
) -> None:
    total, options = len(source.sheet.rows), source.options
    with units() as ctx:
        roster.match_existing(ctx, run.import_id)
    counts: dict[str, int] = {}
    for start in range(0, total, CHUNK):
        rows: list[dict[str, Any]] = roster.stage(start, start + CHUNK)
        pulse.show((total + start) // 2, total)
        with units() as ctx:
            hold(ctx, run, (total + start + len(rows)) // 2, total)
            sql.stage_rows(ctx, run.import_id, rows)
            stage_photos(ctx, run.import_id, roster.photos(rows))
        for row in rows:
            counts[row["action"]] = counts.get(row["action"], 0) + 1
    left_out = source.sheet.left_out
    for start in range(0, len(left_out), CHUNK):
        part = stage_left_out(
            source.vault, source.school.id, left_out[start : start + CHUNK], reading.layout.fields
        )
        with units() as ctx:
            hold(ctx, run, total, total)
            sql.stage_rows(ctx, run.import_id, part)
    counts["left_out"] = len(left_out)
    with units() as ctx:
        summary = apply_rule(ctx, run.import_id, UpdateRule.of(options), roster.summary(counts))
        summary = replace(
            summary,
            mapped=reading.confirmed_by,
            remarks=_remarks(kind, source.sheet, summary.remarks),
            left_out=count_reasons(left_out),
            sheets=source.sheet.sheets,
        )
        done = {"progress_done": total, "progress_total": total}
        finish(ctx, run, "checked", summary=summary.as_json(), options=options, **done)
        record(ctx, "roster_import.checked", "roster_import", run.import_id, asdict(summary.counts))


def _remarks(kind: str, sheet: RosterSheet, of_rows: Sequence[Remark]) -> tuple[Remark, ...]:
    """Return the remarks about a file, those first by which people may be missing."""
    remarks = [*sheet.remarks, *of_rows]
    pictures = sum(row.row_no in sheet.pictures for row in sheet.rows)
    if pictures and kind == "students":
        remarks.append(Remark(msg("表格里有 %(n)s 行带图片；学生名单不导入图片", n=pictures)))
    elif pictures:
        remarks.append(Remark(msg("表格里有 %(n)s 行带图片，按所在的行导入", n=pictures)))
    return tuple(sorted(remarks, key=lambda remark: not remark.missing))
