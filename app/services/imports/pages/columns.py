"""The meaning of a file's columns: proposed, confirmed once by a person, remembered per school and header."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from app.context import Context
from app.errors import Conflict, Invalid, NotFound, msg
from app.jobs import JobName
from app.models import ColumnMapping, RosterImport, RosterImportRow
from app.rules.shared.masking import mask_email, mask_id_number, mask_mobile
from app.services.imports.pages.read import find_import, get_import
from app.services.imports.shared.lease import Run, end_by_person, finish, send_job
from app.services.shared.audit import record
from app.sheets.reading.workbook import Workbook
from app.sheets.rosters.header import Vocabulary
from app.sheets.rosters.mapping import ConfirmedHeaders, Fields, Layout, Reading, read_columns
from app.sheets.rosters.students import WORDS as STUDENT_WORDS
from app.sheets.rosters.teachers import WORDS as TEACHER_WORDS
from app.sheets.rosters.teachers import refuse_students

WORDS: Mapping[str, Vocabulary] = {"students": STUDENT_WORDS, "teachers": TEACHER_WORDS}

#: The purpose under which samples of a file's columns are sealed; they contain phone and ID numbers.
LAYOUT_KIND = "roster_import_columns"
#: The key of the layout in the options of an import.
COLUMNS_KEY = "columns"
_PERSONAL = (
    (re.compile(r"\d{15}|\d{17}[\dXx]"), mask_id_number),
    (re.compile(r"(?:\+?86[ -]?)?1[3-9]\d{9}"), mask_mobile),
    (re.compile(r"[^@\s]+@[^@\s]+"), mask_email),
)


def read_file(ctx: Context, kind: str, workbook: Workbook) -> Reading:
    """Read a roster by what this school has confirmed for its header, or else by the header's own words.

    Args:
        kind: students or teachers.
        workbook: as ``read_workbook`` gave it.

    Raises:
        SheetRefused: the file is no such roster.
    """
    reading = read_columns(workbook, WORDS[kind], _remembered(ctx, kind), ctx.today())
    if kind == "teachers" and not reading.confirmed_by:
        refuse_students(reading.layout.header)
    return reading


def ask_for_columns(ctx: Context, run: Run, reading: Reading, options: Mapping[str, Any]) -> None:
    """End a run whose columns a person has to explain first.

    Raises:
        Superseded: another run writes.
    """
    finish(ctx, run, "mapping", options=with_layout(ctx, options, reading.layout))
    record(ctx, "roster_import.columns_asked", "roster_import", run.import_id)


def with_layout(ctx: Context, options: Mapping[str, Any], layout: Layout) -> dict[str, Any]:
    """Return the options of an import with the columns of its file, sealed."""
    data = {"header": layout.header, "fields": layout.fields, "samples": layout.samples}
    sealed = ctx.vault.seal_blob(ctx.school.id, LAYOUT_KIND, json.dumps(data, ensure_ascii=False).encode())
    return {**options, COLUMNS_KEY: b64encode(sealed).decode()}


def layout_of(ctx: Context, *, import_id: int) -> Layout:
    """Return the columns of an import's file with samples, and the field that each is read as or proposed for.

    Raises:
        NotFound: no such import here, or its file has not been read that far.
        NotAllowed: the actor may not import.
    """
    return _layout(ctx, get_import(ctx, import_id=import_id))


def confirm_columns(ctx: Context, *, import_id: int, fields: Sequence[str | None]) -> RosterImport:
    """Set the meaning of each column, remember it for the next file with this header, and have the file checked.

    Args:
        fields: the field of every column of the layout; None for a column that is not read.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
        Conflict: the import is being worked on, or over.
        Invalid: a field is unknown, appears twice, or is required and missing.
    """
    found = find_import(ctx, import_id)
    if found.state not in ("mapping", "checked"):
        raise Conflict(msg("这次导入的状态已经改变，请刷新页面"))
    layout = _layout(ctx, found)
    _check(WORDS[found.kind], layout, fields)
    _remember(ctx, found.kind, layout, fields)
    ctx.session.execute(delete(RosterImportRow).where(RosterImportRow.import_id == found.id))
    options = {**found.options, "same_classes": {}}
    end_by_person(ctx, found, "uploaded", options=options, summary={}, refusal=None, progress_done=0)
    named = {text: field for text, field in zip(layout.header, fields, strict=True) if field}
    record(ctx, "roster_import.columns_confirmed", "roster_import", found.id, {"columns": named})
    send_job(ctx, found.id, JobName.CHECK_IMPORT)
    return found


def _remembered(ctx: Context, kind: str) -> ConfirmedHeaders:
    def look_up(prints: Sequence[str]) -> dict[str, tuple[Fields, str]]:
        statement = select(ColumnMapping).where(
            ColumnMapping.kind == kind, ColumnMapping.header_sha.in_(prints)
        )
        return {
            found.header_sha: (_fields(found.columns, len(found.header)), found.created_by_name)
            for found in ctx.session.scalars(statement)
        }

    return look_up


def _remember(ctx: Context, kind: str, layout: Layout, fields: Sequence[str | None]) -> None:
    values = {
        "header": [text.replace("\x00", "") for text in layout.header],
        "columns": {str(place): field for place, field in enumerate(fields) if field},
        "created_by_name": ctx.actor.name,
        "created_at": ctx.now(),
    }
    row = insert(ColumnMapping).values(
        school_id=ctx.school.id, kind=kind, header_sha=layout.fingerprint, **values
    )
    ctx.session.execute(
        row.on_conflict_do_update(index_elements=["school_id", "kind", "header_sha"], set_=values)
    )


def _fields(columns: Mapping[str, Any], width: int) -> Fields:
    return tuple(columns.get(str(place)) for place in range(width))


def _check(words: Vocabulary, layout: Layout, fields: Sequence[str | None]) -> None:
    if len(fields) != len(layout.header):
        raise Invalid("columns", msg("文件的列已经改变，请刷新页面后重新选择"))
    named = [field for field in fields if field]
    unknown = [field for field in named if field not in words.labels]
    doubled = [field for field in words.labels if named.count(field) > 1]
    missing = [field for field in words.required if field not in named]
    if unknown:
        raise Invalid("columns", msg("所选的列不在可选范围内，请重新选择"))
    if doubled:
        raise Invalid("columns", msg("%(labels)s选了多次，每项只能对应一列", labels=words.quoted(doubled)))
    if missing:
        raise Invalid("columns", msg("还没有选择%(labels)s对应的列", labels=words.quoted(missing)))


def _layout(ctx: Context, found: RosterImport) -> Layout:
    sealed = found.options.get(COLUMNS_KEY)
    if not sealed:
        raise NotFound(msg("没有找到这次导入"))
    data = json.loads(ctx.vault.open_blob(ctx.school.id, LAYOUT_KIND, b64decode(sealed)))
    samples = tuple(tuple(map(_masked, texts)) for texts in data["samples"])
    return Layout(tuple(data["header"]), tuple(data["fields"]), samples)


def _masked(text: str) -> str:
    """Return a sample with most of it masked: enough to recognise the column."""
    return next((mask(text) for form, mask in _PERSONAL if form.fullmatch(text)), text)
