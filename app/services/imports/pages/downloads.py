"""Files of an import to download: the file as it was sent, the rows with problems, and the new login names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import PurePath

from sqlalchemy import select

from app.context import Context
from app.errors import Message, NotFound, msg
from app.models import RosterImport, RosterImportRow
from app.rules.shared.problems import Problem
from app.services.imports.kinds import KINDS
from app.services.imports.pages.read import get_import, problems_of, summary_of
from app.services.imports.pages.upload import FILE_KIND
from app.services.imports.shared.staging import ROW_KIND
from app.services.imports.shared.summary import Summary
from app.services.shared.audit import record
from app.sheets.rosters.read import row_name
from app.sheets.writing.logins import login_list
from app.sheets.writing.problems import problem_workbook

_SEPARATORS = ",\t;|"


def problem_file(
    ctx: Context, *, import_id: int, translate: Callable[[Message], str] = str
) -> tuple[str, bytes]:
    """Return the person's own rows that are left out, each with its problem; the corrected file can be sent again.

    Args:
        translate: renders problems in the reader's language; the headers stay Chinese, since an import
            knows columns by them.

    Returns:
        a file name and the content of an .xlsx.

    Raises:
        NotFound: no such import here, or no row with a problem.
        NotAllowed: the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    summary = summary_of(found)
    rows = list(_problem_rows(ctx, found, summary, translate))
    if not rows:
        raise NotFound(msg("这次导入没有问题数据"))
    content = problem_workbook(header=list(summary.header), rows=rows)
    record(ctx, "roster_import.problems_downloaded", "roster_import", found.id, {"rows": len(rows)})
    return _file_name(found, translate(msg("问题数据"))), content


def login_file(
    ctx: Context, *, import_id: int, translate: Callable[[Message], str] = str
) -> tuple[str, bytes]:
    """Return the login names of the accounts that an applied import created and that still exist.

    Args:
        translate: renders the headers in the reader's language.

    Returns:
        a file name and the content of an .xlsx.

    Raises:
        NotFound: no such import here, or it created none.
        NotAllowed: the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    kind = KINDS[found.kind]
    rows = kind.logins(ctx, found.id) if found.state == "applied" else []
    if not rows:
        raise NotFound(msg("这次导入没有新建账号"))
    record(ctx, "roster_import.logins_downloaded", "roster_import", found.id, {"rows": len(rows)})
    return _file_name(found, translate(msg("登录名"))), login_list(kind.login_columns, rows, translate)


def _file_name(found: RosterImport, what: str) -> str:
    return f"{PurePath(found.filename).stem}-{what}.xlsx"


def _problem_rows(
    ctx: Context, found: RosterImport, summary: Summary, translate: Callable[[Message], str]
) -> Iterator[tuple[int | str, list[str], str]]:
    statement = (
        select(RosterImportRow)
        .where(RosterImportRow.import_id == found.id, RosterImportRow.action == "problem")
        .order_by(RosterImportRow.row_no)
    )
    for row in ctx.session.scalars(statement):
        raw: list[str] = json.loads(ctx.vault.open_blob(ctx.school.id, ROW_KIND, row.raw))
        first, *swallowed = _split_lines(raw, len(summary.header))
        explained = translate(msg("；")).join(_explained(problem, translate) for problem in problems_of(row))
        name = row_name(row.row_no, summary.sheets)
        yield name, first, explained
        for line in swallowed:
            yield (
                name,
                line,
                translate(msg("这一行被第 %(row)s 行里多余的引号并入，已拆出，请核对", row=name)),
            )


def _split_lines(raw: list[str], width: int) -> list[list[str]]:
    """Return the rows that a row really is: in a text file, a stray quotation mark puts whole lines into one cell.

    Lines count as rows when at least half of them have as many separators as the header has.
    """
    for place, cell in enumerate(raw):
        start, *lines = [line for line in cell.splitlines() if line.strip()] or [""]
        for separator in _SEPARATORS if lines and width > 1 else "":
            full = sum(line.count(separator) == width - 1 for line in lines)
            if 2 * full >= len(lines):
                rows = [part.split(separator) for part in (start, *lines)]
                return [raw[:place] + rows[0], *rows[1:-1], rows[-1] + raw[place + 1 :]]
    return [raw]


def _explained(problem: Problem, translate: Callable[[Message], str]) -> str:
    reason = translate(problem.message)
    if not problem.column_label:
        return reason
    return translate(msg("%(label)s：%(reason)s", label=problem.column_label, reason=reason))


def original_file(ctx: Context, *, import_id: int) -> tuple[str, bytes]:
    """The file of an import; the download is written to the audit log.

    Returns:
        its name and content.

    Raises:
        NotFound: no such import here, or its file was not kept: a refused or discarded one is removed.
        NotAllowed: the actor may not import.
    """
    found = get_import(ctx, import_id=import_id)
    if found.content is None:
        raise NotFound(msg("这次导入没有保留文件"))
    record(ctx, "roster_import.file_downloaded", "roster_import", found.id, {"filename": found.filename})
    return found.filename, ctx.vault.open_blob(ctx.school.id, FILE_KIND, found.content)
