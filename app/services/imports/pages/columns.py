"""The meaning of a file's columns: proposed, confirmed once by a person, remembered per school and header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Invalid, msg
from app.models import ColumnMapping, RosterImport
from app.services.imports.pages.asked import Asked, confirmed_in, with_asked
from app.services.imports.pages.samples import holds_values
from app.services.imports.shared.lease import Run, finish
from app.services.imports.shared.source import choices_of
from app.services.shared.audit import record
from app.sheets.reading.columns import column_letters
from app.sheets.reading.workbook import Workbook
from app.sheets.rosters.choices import Choices
from app.sheets.rosters.header import Vocabulary
from app.sheets.rosters.mapping import ConfirmedHeaders, Fields, Layout, Reading, read_columns
from app.sheets.rosters.read import RosterSheet
from app.sheets.rosters.students import WORDS as STUDENT_WORDS
from app.sheets.rosters.teachers import WORDS as TEACHER_WORDS
from app.sheets.rosters.teachers import refuse_students

WORDS: Mapping[str, Vocabulary] = {"students": STUDENT_WORDS, "teachers": TEACHER_WORDS}


def read_file(ctx: Context, kind: str, workbook: Workbook, options: Mapping[str, Any]) -> Reading:
    """Read a roster by what people have confirmed and chosen for it, or else by the header's own words.

    Args:
        kind: students or teachers.
        workbook: as ``read_workbook`` gave it.
        options: the options of the import.

    Raises:
        SheetRefused: the file is no such roster.
    """
    confirmed = _confirmed(ctx, kind, options)
    reading = read_columns(workbook, WORDS[kind], confirmed, ctx.today(), choices_of(options))
    if kind == "teachers" and not reading.confirmed_by:
        refuse_students(reading.layout.header)
    return reading


def ask_for_columns(ctx: Context, run: Run, reading: Reading, options: Mapping[str, Any]) -> None:
    """End a run whose file a person has to explain first.

    Raises:
        Superseded: another run writes.
    """
    finish(ctx, run, "mapping", options=with_asked(ctx, options, Asked.of(reading)))
    questions = {"questions": list(reading.questions)}
    record(ctx, "roster_import.columns_asked", "roster_import", run.import_id, questions)


def remember_columns(ctx: Context, found: RosterImport, asked: Asked, fields: Fields) -> None:
    """Note that a person confirmed the fields of a file's columns; the next file with this header is read so.

    A header that is really a person is not remembered: no other file begins with it, and its values are not kept.
    """
    named = {column_letters(place): field for place, field in enumerate(fields, start=1) if field}
    record(ctx, "roster_import.columns_confirmed", "roster_import", found.id, {"columns": named})
    if not asked.header_row or holds_values(asked.layout.header):
        return
    values = {
        "header": [text.replace("\x00", "") for text in asked.layout.header],
        "columns": {str(place): field for place, field in enumerate(fields) if field},
        "created_by_name": ctx.actor.name,
        "created_at": ctx.now(),
    }
    row = insert(ColumnMapping).values(
        school_id=ctx.school.id, kind=found.kind, header_sha=asked.layout.fingerprint, **values
    )
    ctx.session.execute(
        row.on_conflict_do_update(index_elements=["school_id", "kind", "header_sha"], set_=values)
    )


def without_values(words: Vocabulary, reading: Reading) -> RosterSheet:
    """Return the sheet that was read, its header replaced by the template's where it is really a person.

    Headers stand in the summary and in problems, which are not sealed.
    """
    sheet = reading.sheet
    assert sheet is not None
    if reading.header_row and not holds_values(sheet.header):
        return sheet
    labels = {field: words.labels[field] for field in sheet.labels}
    header = [words.labels[field] if field else "" for field in reading.layout.fields]
    return replace(sheet, header=header, labels=labels)


def check_fields(words: Vocabulary, layout: Layout, fields: Sequence[str | None], choices: Choices) -> None:
    """Check the fields that a person names for the columns.

    Raises:
        Invalid: a field is unknown, appears twice, or is required and has neither a column nor a constant.
    """
    if len(fields) != len(layout.header):
        raise Invalid("columns", msg("文件的列已经改变，请刷新页面后重新选择"))
    named = [field for field in fields if field]
    unknown = [field for field in named if field not in words.labels]
    doubled = [field for field in words.labels if named.count(field) > 1]
    missing = [field for field in words.required if field not in named and field not in choices.constants]
    if unknown:
        raise Invalid("columns", msg("所选的列不在可选范围内，请重新选择"))
    if doubled:
        raise Invalid("columns", msg("%(labels)s选了多次，每项只能对应一列", labels=words.quoted(doubled)))
    if missing:
        raise Invalid("columns", msg("还没有选择%(labels)s对应的列", labels=words.quoted(missing)))


def _confirmed(ctx: Context, kind: str, options: Mapping[str, Any]) -> ConfirmedHeaders:
    """Return how fields are looked up: those confirmed for this file before those remembered for its header."""
    own = confirmed_in(ctx, options)

    def look_up(prints: Sequence[str]) -> dict[str, tuple[Fields, str]]:
        for found in prints:
            if found in own:
                return {found: own[found]}
        statement = select(ColumnMapping).where(
            ColumnMapping.kind == kind, ColumnMapping.header_sha.in_(prints)
        )
        return {
            found.header_sha: (_fields(found.columns, len(found.header)), found.created_by_name)
            for found in ctx.session.scalars(statement)
        }

    return look_up


def _fields(columns: Mapping[str, Any], width: int) -> Fields:
    return tuple(columns.get(str(place)) for place in range(width))
