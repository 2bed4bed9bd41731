"""Checking an import: file to staged rows, in several transactions of one run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import delete, select

from app.context import Context
from app.models import RosterImport, RosterImportRow, SchoolClass
from app.rules.students import CheckedStudent, check_student
from app.services.audit import record
from app.services.imports import sql
from app.services.imports.accounts import find_accounts
from app.services.imports.classplan import ClassBook, KnownClass
from app.services.imports.intake import FILE_KIND
from app.services.imports.lease import Run, claim, finish, hold
from app.services.imports.mappings import ask_for_columns, read_file, with_layout
from app.services.imports.pulse import Progress, Pulse, beating
from app.services.imports.roster import Roster
from app.services.imports.update_rules import UpdateRule, apply_rule
from app.services.units import Units
from app.sheets.mapping import Reading
from app.sheets.reader import read_workbook
from app.sheets.refusals import SheetRefused
from app.sheets.students import StudentSheet

#: Rows a transaction; between two of them the progress is seen and another run may take over.
CHUNK = 2_000
#: Rows between two looks at whether this run is still wanted.
_LOOK = 500


def run_check(units: Units, *, import_id: int, progress: Progress | None = None) -> None:
    """Check the file of an import and stage its rows; harmless when there is nothing to do.

    It ends in ``checked``, in ``mapping`` when a person has to say which column is what, or in ``refused`` when the file
    cannot be read as a roster; then only the history keeps it.
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
        # What an earlier run of this import has left.
        ctx.session.execute(delete(RosterImportRow).where(RosterImportRow.import_id == import_id))
    with beating(units, run, progress) as pulse:
        content = units.vault.open_blob(units.school.id, FILE_KIND, sealed or b"")
        try:
            reading = _read(units, kind, content)
        except SheetRefused as refused:
            with units() as ctx:
                finish(ctx, run, "refused", refusal=refused.message.as_json(), content=None)
                record(ctx, "roster_import.refused", "roster_import", import_id)
            return
        with units() as ctx:
            if reading.sheet is None:
                ask_for_columns(ctx, run, reading, options)
                return
            options = with_layout(ctx, options, reading.layout)
        _check_sheet(units, run, pulse, reading, options)


def _read(units: Units, kind: str, content: bytes) -> Reading:
    workbook = read_workbook(content, "")
    with units() as ctx:
        return read_file(ctx, kind, workbook)


def _check_sheet(units: Units, run: Run, pulse: Pulse, reading: Reading, options: dict[str, Any]) -> None:
    assert reading.sheet is not None
    sheet = reading.sheet
    total, rule = len(sheet.rows), UpdateRule.of(options)
    checked = list(_checked(units, pulse, sheet, add_unit_code=bool(options.get("add_unit_code"))))
    roster = Roster(units.vault, units.school.id, sheet, checked)
    with units() as ctx:
        _prepare(ctx, roster)
    counts: dict[str, int] = {}
    for start in range(0, total, CHUNK):
        rows: list[dict[str, Any]] = roster.stage(start, start + CHUNK)
        pulse.show((total + start) // 2, total)
        with units() as ctx:
            hold(ctx, run, (total + start + len(rows)) // 2, total)
            sql.stage_rows(ctx, run.import_id, rows)
        for row in rows:
            counts[row["action"]] = counts.get(row["action"], 0) + 1
    with units() as ctx:
        summary = apply_rule(ctx, run.import_id, rule, roster.summary(counts))
        summary = replace(summary, mapped=reading.said_by)
        done = {"progress_done": total, "progress_total": total}
        finish(ctx, run, "checked", summary=summary.as_json(), options=options, **done)
        record(ctx, "roster_import.checked", "roster_import", run.import_id, asdict(summary.counts))


def _checked(
    units: Units, pulse: Pulse, sheet: StudentSheet, *, add_unit_code: bool
) -> Iterator[CheckedStudent]:
    """Check row by row; this is the first half of the progress."""
    total, unit_code, labels = len(sheet.rows), units.school.unit_code, sheet.labels
    with units() as ctx:
        today = ctx.today()
    for number, row in enumerate(sheet.rows):
        if number % _LOOK == 0:
            pulse.show(number // 2, total)
        yield check_student(row, unit_code=unit_code, today=today, add_unit_code=add_unit_code, labels=labels)


def _prepare(ctx: Context, roster: Roster) -> None:
    """Compare with the accounts and classes that are there, and reserve ids for those to come."""
    roster.meet_accounts(find_accounts(ctx, **roster.wanted_accounts()))
    statement = select(SchoolClass.id, SchoolClass.number, SchoolClass.name, SchoolClass.entry_year)
    book = ClassBook(KnownClass(*row) for row in ctx.session.execute(statement))
    roster.place_in_classes(book)
    for wanted, number in zip(
        book.wanted, sql.reserve_ids(ctx, "classes_id_seq", len(book.wanted)), strict=True
    ):
        wanted.id = number
    roster.take_ids(sql.reserve_ids(ctx, "users_id_seq", roster.count_new()))
