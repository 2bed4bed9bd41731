"""Licences from a sheet: checked, stored and previewed, then written from the stored rows."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from app.context import Context
from app.errors import Conflict, Message, NotFound, msg
from app.models import LicenceImport
from app.rules.shared.problems import Problem
from app.services.licences.bulk import Act, require_licensing, tell_schools
from app.services.licences.rows import (
    KEY,
    CourseRef,
    Licensing,
    count_wanted,
    rows_wanted,
    write_wanted,
)
from app.services.licences.sheet_plan import PlannedLicence, is_still_true, plan_licences
from app.services.shared.audit import record
from app.services.shared.locks import Hold, Lock, locking, school_lock
from app.services.shared.paging import Page, as_it_is, fetch_page, page_of
from app.sheets.reading.limits import LIMITS
from app.sheets.reading.reader import read_workbook
from app.sheets.writing.licences import read_licences

PARTS = ("create", "change", "problem")
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """A sheet on its page, with one page of one part of its rows."""

    found: LicenceImport
    part: str
    rows: Page[Any]


def start_licence_import(ctx: Context, *, filename: str, content: bytes) -> LicenceImport:
    """Read and check a sheet, and store what it asks for; nothing is licensed yet.

    The file is unpacked in a child process under limits; its bytes are not kept.

    Raises:
        NotAllowed: the actor is not the secretariat.
        SheetRefused: the file cannot be read, or its columns are not those of licences.
    """
    require_licensing(ctx)
    plan = plan_licences(ctx, read_licences(read_workbook(content, filename, LIMITS)))
    found = LicenceImport(
        filename=_plain_name(filename),
        rows=[licence.as_json() for licence in plan.planned],
        problems=[_as_json(problem) for problem in plan.problems],
        counts=plan.counts,
        created_by_name=ctx.actor.name,
    )
    ctx.session.add(found)
    ctx.session.flush()
    record(ctx, "licence_import.checked", "licence_import", found.id, plan.counts)
    return found


def list_licence_imports(ctx: Context, *, page: int = 1) -> Page[LicenceImport]:
    """Return one page of the sheets that were sent, the latest first.

    Raises:
        NotAllowed: the actor is not the secretariat.
    """
    require_licensing(ctx)
    latest = select(LicenceImport).order_by(LicenceImport.id.desc())
    return fetch_page(ctx.session, latest, as_it_is, page=page)


def show_licence_import(ctx: Context, *, import_id: int, part: str = "", page: int = 1) -> CheckedSheet:
    """Return a sheet with some of its rows.

    Args:
        part: one of ``PARTS``; when blank, the first part that has rows.

    Raises:
        NotFound: there is no such sheet.
    """
    found = _find(ctx, import_id)
    if part not in PARTS:
        part = next((name for name in PARTS if found.counts.get(name)), PARTS[0])
    rows: list[Any]
    if part == "problem":
        rows = [_problem(row) for row in found.problems]
    else:
        planned = [PlannedLicence.from_json(row) for row in found.rows]
        rows = [row for row in planned if (row.old is None) == (part == "create")]
    return CheckedSheet(found, part, page_of(rows, page=page))


def apply_licence_import(ctx: Context, *, import_id: int) -> Licensing:
    """Write what the preview showed (「保存」); rows with problems stay out.

    Raises:
        Conflict: the sheet is saved already, would do nothing, or licences (or the day) have changed since.
        NotFound: there is no such sheet.
    """
    require_licensing(ctx)
    # The numbers that are counted are the numbers that are written.
    school_lock(ctx, Lock.LICENCES)
    found = _find(ctx, import_id, lock=True)
    if found.state != "checked":
        raise Conflict(msg("这份表格已经处理过了"))
    planned = [PlannedLicence.from_json(licence) for licence in found.rows]
    if not planned:
        raise Conflict(msg("没有需要新建或修改的数据，无需保存"))
    if not is_still_true(ctx, planned):
        raise Conflict(msg("授权在检查之后有了变化，请重新上传这份表格"))
    rows = rows_wanted(
        {**dict(zip(KEY, licence.key, strict=True)), **asdict(licence.new)} for licence in planned
    )
    counted = count_wanted(ctx, rows)
    touched = write_wanted(ctx, rows)
    tell_schools(ctx, Act.LICENSE, touched, _titles(planned), {"filename": found.filename})
    found.state, found.applied_at = "applied", ctx.now()
    ctx.session.flush()
    noted = {"granted": counted.granted, "renewed_or_changed": counted.changed, "schools": len(touched)}
    record(ctx, "licence_import.applied", "licence_import", found.id, noted | {"filename": found.filename})
    return counted


def discard_licence_import(ctx: Context, *, import_id: int) -> LicenceImport:
    """Discard a checked sheet; nothing is written.

    Raises:
        Conflict: the sheet is saved already.
        NotFound: there is no such sheet.
    """
    found = _find(ctx, import_id, lock=True)
    if found.state == "applied":
        raise Conflict(msg("这份表格已经处理过了"))
    found.state, found.rows, found.problems = "discarded", [], []
    ctx.session.flush()
    record(ctx, "licence_import.discarded", "licence_import", found.id)
    return found


def _find(ctx: Context, import_id: int, *, lock: bool = False) -> LicenceImport:
    require_licensing(ctx)
    query = select(LicenceImport).where(LicenceImport.id == import_id)
    found = ctx.session.scalar(
        locking(query, LicenceImport, Hold.WRITE) if lock else query,
        execution_options={"populate_existing": True},
    )
    if found is None:
        raise NotFound(msg("没有找到这次导入"))
    return found


def _titles(planned: list[PlannedLicence]) -> dict[CourseRef, str]:
    return {
        CourseRef(licence.key.course_owner_id, licence.key.course_id): licence.title for licence in planned
    }


def _as_json(problem: Problem) -> dict[str, Any]:
    return {**asdict(problem), "message": problem.message.as_json()}


def _problem(data: dict[str, Any]) -> Problem:
    return Problem(**{**data, "message": Message.from_json(data["message"])})


def _plain_name(filename: str) -> str:
    name = re.split(r"[/\\]", filename)[-1]
    return "".join(c for c in name if c.isprintable())[:_LONGEST_NAME].strip() or "?"
