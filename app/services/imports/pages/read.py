"""Queries for imports: the history, one import, the rows of its preview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, select

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import RosterImport, RosterImportRow, SchoolClass
from app.rules.imports.students import LABELS
from app.rules.imports.teachers import LABELS as TEACHER_LABELS
from app.rules.permissions import Action
from app.rules.shared.problems import Problem
from app.services.imports.pages.shown_values import shown_value
from app.services.imports.shared.edit_marks import lead
from app.services.imports.shared.summary import Summary
from app.services.shared.locks import Hold, locking
from app.services.shared.paging import LONG_PAGE_SIZE, Page, as_it_is, fetch_page
from app.services.shared.require_permission import require

#: The parts of a preview: rows by their action, rows of which the update rule holds every difference,
#: or rows that an undo left unchanged.
#: or those that an undo left as they were.
Part = Literal["create", "change", "unchanged", "problem", "held", "kept"]

#: The fields of a change that are shown, in the manual's order; pinyin and indexes are not.
_SHOWN: Mapping[str, str] = {
    {"id_number": "id_number_sealed", "mobile": "mobile_sealed", "class_name": "class_id"}.get(
        field, field
    ): label
    for field, label in {**LABELS, **TEACHER_LABELS, "photo_sha": TEACHER_LABELS["picture"]}.items()
}

_KEPT = {
    "changed": msg("导入之后又有修改，已保留"),
    "used": msg("该账号已经登录使用过，已保留"),
    "registered": msg("该账号已有选课记录，已保留"),
    "waiting": msg("该账号正在候补课程名额，已保留"),
    "head_teacher": msg("该教师已是班主任，已保留"),
    "operates": msg("该教师已是课程的运营教师，已保留"),
    "assists": msg("该教师已是课程的助教，已保留"),
    "authored": msg("该教师已创建课程，已保留"),
    "requested": msg("该账号已提交信息修改申请，已保留"),
    "acted": msg("该账号已有操作记录，已保留"),
    "taken": msg("原来的值已被其他账号使用或班级已删除，已保留"),
}


#: An import as its pages show it.
StoredImport = RosterImport


@dataclass(frozen=True, slots=True)
class Change:
    """A field of an account before and after; personal values are masked, absent values are "".

    Args:
        edited: the old value was written by hand since the last import.
        held: the update rule leaves the value unchanged.
    """

    label: str
    old: str
    new: str
    edited: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A row of the preview.

    Args:
        row_no: the row in the person's file.
        title: 学号 and name.
        changes: for a change old and new; for an account to be created every field, with no old.
        problems: what is wrong with the row.
        kept: why an undo left the account as it was.
    """

    row_no: int
    title: str
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    kept: Message | None


def list_imports(ctx: Context, *, kind: str = "students", page: int = 1) -> Page[RosterImport]:
    """Return the history of imports, latest first.

    Args:
        kind: whose rosters.
        page: from 1.

    Raises:
        NotAllowed: the actor may not import.
    """
    require(ctx, Action.IMPORT_ROSTER)
    latest = select(RosterImport).where(RosterImport.kind == kind).order_by(RosterImport.id.desc())
    return fetch_page(ctx.session, latest, as_it_is, page=page)


def get_import(ctx: Context, *, import_id: int) -> RosterImport:
    """Return an import; ``summary_of`` reads its summary.

    Raises:
        NotFound: there is none here.
        NotAllowed: the actor may not import.
    """
    require(ctx, Action.IMPORT_ROSTER)
    found = ctx.session.scalar(select(RosterImport).where(RosterImport.id == import_id))
    if found is None:
        raise NotFound(msg("没有找到这次导入"))
    return found


def find_import(ctx: Context, import_id: int) -> RosterImport:
    """Return an import, locked until the end of the transaction and read anew, for use cases that change it."""
    require(ctx, Action.IMPORT_ROSTER)
    query = select(RosterImport).where(RosterImport.id == import_id)
    found = ctx.session.scalar(locking(query, RosterImport, Hold.WRITE))
    if found is None:
        raise NotFound(msg("没有找到这次导入"))
    return found


def summary_of(found: RosterImport) -> Summary:
    """Return the counts, grouped problems, planned classes and results of an import."""
    return Summary.from_json(found.summary)


def refusal_of(found: RosterImport) -> Message | None:
    """Return why the file was not read, or why the import failed."""
    return Message.from_json(found.refusal) if found.refusal else None


def preview_rows(ctx: Context, *, import_id: int, part: Part, page: int = 1) -> Page[PreviewRow]:
    """Return one page of the rows of an import.

    Args:
        part: which rows.
        page: from 1.

    Raises:
        NotFound, NotAllowed: no such import here; the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    conditions = (RosterImportRow.import_id == import_id, _is_part(part))
    statement = select(RosterImportRow).where(*conditions).order_by(RosterImportRow.row_no)
    shown = fetch_page(ctx.session, statement, as_it_is, page=page, size=LONG_PAGE_SIZE)
    classes = _class_names(ctx, summary_of(found), shown.rows)
    return shown.with_rows(_preview(ctx, row, classes) for row in shown.rows)


def _is_part(part: Part) -> ColumnElement[bool]:
    if part == "kept":
        return RosterImportRow.kept.is_not(None)
    if part in ("held", "unchanged"):
        held = RosterImportRow.held != {}
        return and_(RosterImportRow.action == "unchanged", held if part == "held" else ~held)
    return RosterImportRow.action == part


def problems_of(row: RosterImportRow) -> tuple[Problem, ...]:
    """Return the problems of a staged row."""
    return tuple(
        Problem(row.row_no, stored["label"], Message.from_json(stored["message"]), stored["shown"])
        for stored in row.problems
    )


def _preview(ctx: Context, row: RosterImportRow, classes: dict[int, str]) -> PreviewRow:
    kept = _KEPT[row.kept] if row.kept else None
    return PreviewRow(row.row_no, row.title, tuple(_changes(ctx, row, classes)), problems_of(row), kept)


def _changes(ctx: Context, row: RosterImportRow, classes: dict[int, str]) -> Iterator[Change]:
    edited = {lead(mark) for mark in row.edited}
    for column, label in _SHOWN.items():
        held = column in row.held
        if not held and column not in row.new:
            continue
        before = row.held[column]["old"] if held else row.old.get(column)
        after = row.held[column]["new"] if held else row.new[column]
        old, new = (_shown(ctx, column, row.user_id or 0, value, classes) for value in (before, after))
        if old or new:
            yield Change(label, old, new, edited=column in edited, held=held)


def _shown(ctx: Context, column: str, user_id: int, value: Any, classes: dict[int, str]) -> str:
    if column == "class_id":
        return classes.get(value, "") if value is not None else ""
    return shown_value(ctx, column, user_id, value)


def _class_names(ctx: Context, summary: Summary, rows: Sequence[RosterImportRow]) -> dict[int, str]:
    ids = {
        side["class_id"] for row in rows for side in (row.old, row.new) if side.get("class_id") is not None
    }
    ids |= {side for row in rows for side in row.held.get("class_id", {}).values() if side is not None}
    names = {planned.id: planned.name for planned in summary.classes}
    statement = select(SchoolClass.id, SchoolClass.name).where(SchoolClass.id.in_(ids))
    return names | dict(ctx.session.execute(statement).all())
