"""Workbooks that an import gives back: the rows with problems, and the login names of the created."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath

from sqlalchemy import select

from app.context import Context
from app.errors import NotFound, msg
from app.models import RosterImport, RosterImportRow, SchoolClass, User
from app.rules.problems import Problem
from app.services.audit import record
from app.services.imports.reading import get_import, problems_of, summary_of
from app.sheets.logins import login_list
from app.sheets.problems import problem_workbook

#: What the cells of a staged row are sealed as.
ROW_KIND = "roster_import_row"


def problem_file(ctx: Context, *, import_id: int) -> tuple[str, bytes]:
    """The person's own rows that stay out, each with what is wrong; mended, it can be sent as it is.

    Returns:
        a file name and the content of an .xlsx.

    Raises:
        NotFound: no such import here, or no row with a problem.
        NotAllowed: the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    rows = list(_problem_rows(ctx, found))
    if not rows:
        raise NotFound(msg("这次导入没有问题数据"))
    content = problem_workbook(header=list(summary_of(found).header), rows=rows)
    record(ctx, "roster_import.problems_downloaded", "roster_import", found.id, {"rows": len(rows)})
    return f"{PurePath(found.filename).stem}-问题数据.xlsx", content


def login_file(ctx: Context, *, import_id: int) -> tuple[str, bytes]:
    """The login names of the accounts that an applied import created and that are still there.

    Returns:
        a file name and the content of an .xlsx.

    Raises:
        NotFound: no such import here, or it created none.
        NotAllowed: the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    rows: list[tuple[str, str, str]] = []
    if found.state == "applied":
        statement = (
            select(User.real_name, User.student_no, SchoolClass.name)
            .join(
                RosterImportRow,
                (RosterImportRow.school_id == User.school_id) & (RosterImportRow.user_id == User.id),
            )
            .outerjoin(
                SchoolClass, (SchoolClass.school_id == User.school_id) & (SchoolClass.id == User.class_id)
            )
            .where(RosterImportRow.import_id == found.id, RosterImportRow.action == "create")
            .order_by(RosterImportRow.row_no)
        )
        rows = [
            (name, number or "", school_class or "")
            for name, number, school_class in ctx.session.execute(statement)
        ]
    if not rows:
        raise NotFound(msg("这次导入没有新建账号"))
    record(ctx, "roster_import.logins_downloaded", "roster_import", found.id, {"rows": len(rows)})
    return f"{PurePath(found.filename).stem}-登录名.xlsx", login_list(rows)


def _problem_rows(ctx: Context, found: RosterImport) -> Iterator[tuple[int, list[str], str]]:
    statement = (
        select(RosterImportRow)
        .where(RosterImportRow.import_id == found.id, RosterImportRow.action == "problem")
        .order_by(RosterImportRow.row_no)
    )
    for row in ctx.session.scalars(statement):
        raw: list[str] = json.loads(ctx.vault.open_blob(ctx.school.id, ROW_KIND, row.raw))
        yield row.row_no, raw, "；".join(map(_explained, problems_of(row)))


def _explained(problem: Problem) -> str:
    return f"{problem.column_label}：{problem.message}" if problem.column_label else str(problem.message)
