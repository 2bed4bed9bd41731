"""Data that imports hold about people who are to be deleted: whether it could restore them, and how it is removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, column, delete, func, or_, select, union
from sqlalchemy.dialects.postgresql import JSONB

from app.context import Context
from app.errors import Conflict, msg
from app.models import RosterImport, RosterImportRow, User
from app.rules.imports.states import OPEN
from app.services.imports.pages.asked import COLUMNS_KEY, CONFIRMED_KEY
from app.services.shared.locks import Hold, locking

#: Conditions on ``users``.
Among = Sequence[ColumnElement[bool]]

_NAMED = 3


@dataclass(frozen=True, slots=True)
class ImportTraces:
    """The numbers of staged rows and kept files that contain some people."""

    rows: int
    files: int


def refuse_open_imports(ctx: Context) -> None:
    """Refuse to go on while an import may still write accounts; files are sealed, so nobody knows whose.

    Raises:
        Conflict: there is such an import; the message names the files.
    """
    waiting = select(RosterImport.filename).where(RosterImport.state.in_(OPEN)).order_by(RosterImport.id)
    names = list(ctx.session.scalars(waiting))
    if names:
        raise Conflict(
            msg(
                "有 %(n)s 次导入尚未结束，可能再次创建这些学生：%(files)s。请先保存或放弃，再清理",
                n=len(names),
                files=tuple(names) if len(names) <= _NAMED else (*names[:_NAMED], "…"),
            )
        )


def count_traces(ctx: Context, among: Among) -> ImportTraces:
    """Count what ``forget_traces`` would remove."""
    about_them = _theirs(ctx, among)
    rows = select(func.count()).select_from(RosterImportRow).where(about_them)
    touched = select(RosterImportRow.import_id).where(about_them)
    files = select(func.count()).select_from(RosterImport)
    files = files.where(RosterImport.id.in_(touched), RosterImport.content.is_not(None))
    return ImportTraces(ctx.session.scalar(rows) or 0, ctx.session.scalar(files) or 0)


def hold_traces(ctx: Context, among: Among) -> None:
    """Lock the imports that contain these people, for a use case that locks the people next."""
    touched = select(RosterImportRow.import_id).where(_theirs(ctx, among))
    imports = select(RosterImport.id).where(RosterImport.id.in_(touched))
    ctx.session.execute(locking(imports, RosterImport, Hold.WRITE))


def forget_traces(ctx: Context, among: Among) -> None:
    """Delete the staged rows about these people, and the files that contain them.

    Nobody knows whom a row with problems or a row that was left out is about, so those of the same files are deleted,
    too; and so are what the mapping page shows of the files, and the problems and remarks in the imports' summaries,
    which may name an account.
    """
    about_them = _theirs(ctx, among)
    touched = list(ctx.session.scalars(select(RosterImportRow.import_id).where(about_them).distinct()))
    removed = RosterImportRow.import_id.in_(touched) & or_(
        about_them, RosterImportRow.action.in_(("problem", "left_out"))
    )
    ctx.session.execute(
        delete(RosterImportRow).where(removed), execution_options={"synchronize_session": False}
    )
    for found in ctx.session.scalars(select(RosterImport).where(RosterImport.id.in_(touched))):
        found.content = None
        found.options = {
            name: value for name, value in found.options.items() if name not in (COLUMNS_KEY, CONFIRMED_KEY)
        }
        if found.summary:
            found.summary = {**found.summary, "problems": [], "warnings": [], "questions": [], "remarks": []}
    ctx.session.flush()


def _theirs(ctx: Context, among: Among) -> ColumnElement[bool]:
    """Return the condition on staged rows about these people: by account, by 学号, or by an account named in a problem.

    A row that matched no account, or whose account an undo has removed, is known by the 学号 before the name in its
    title.
    """
    numbers = _numbers(ctx, among)
    students = select(RosterImport.id).where(RosterImport.kind == "students")
    titled = func.split_part(RosterImportRow.title, " ", 1)
    problem = func.jsonb_array_elements(RosterImportRow.problems).table_valued(column("value", JSONB))
    named = problem.c.value["message"]["params"]["number"].astext
    return or_(
        RosterImportRow.user_id.in_(select(User.id).where(*among)),
        RosterImportRow.import_id.in_(students) & titled.in_(numbers),
        select(1).select_from(problem).where(named.in_(numbers)).correlate(RosterImportRow).exists(),
    )


def _numbers(ctx: Context, among: Among) -> Select[str]:
    """Return their 学号, with the school's unit code and, as some files write them, without."""
    code = ctx.school.unit_code
    short = func.substr(User.student_no, len(code) + 1)
    both = union(
        select(User.student_no).where(*among),
        select(short).where(*among, User.student_no.startswith(code), short != ""),
    ).subquery()
    return select(both.c[0])
