"""``flask roster``: 学生用户导入 and 教师用户导入 from the shell, with the same services but without the queue."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal, cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.cli.roster_reading import (
    ReadingOptions,
    missing_sheets,
    named_fields,
    open_questions,
    read_options,
    reading_options,
)
from app.cli.shell import OPERATOR, clock, refuse, shell_context, shell_unit
from app.errors import DomainError, Message, msg
from app.jobs import discard
from app.models import RosterImport
from app.rules.imports.states import DISCARDABLE
from app.services.background.unit_of_work_factory import UnitOfWorkFactory
from app.services.imports.pages.asked import COLUMNS_KEY, asked_of
from app.services.imports.pages.choosing import choose
from app.services.imports.pages.columns import WORDS
from app.services.imports.pages.downloads import problem_file
from app.services.imports.pages.read import get_import, refusal_of, summary_of
from app.services.imports.pages.upload import confirm_import, discard_import, start_import
from app.services.imports.run.apply import run_apply
from app.services.imports.run.check import run_check
from app.services.imports.shared.left_out import REASONS
from app.services.imports.shared.source import choices_of
from app.services.imports.shared.summary import ProblemGroup, Summary
from app.sheets.rosters.read import row_name
from app.vault import Vault
from tenants.registry import SchoolInfo, find_by_slug

group = AppGroup("roster", help="Rosters of a school.")

Kind = Literal["students", "teachers"]

_PAGES: Mapping[str, Message] = {"students": msg("学生用户导入"), "teachers": msg("教师用户导入")}


class Exit(IntEnum):
    """Exit codes: everything done; refused or discarded; done, but rows with problems were left out."""

    DONE = 0
    REFUSED = 2
    LEFT_OUT = 3


@dataclass(frozen=True, slots=True)
class Roster:
    """The arguments of an import."""

    file: Path
    kind: Kind
    pictures: Path | None
    add_unit_code: bool
    reading: ReadingOptions


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--school", "slug", required=True, help="Label of the school's address, e.g. mingde.")
@click.option(
    "--kind", type=click.Choice(["students", "teachers"]), default="students", help="Whose roster it is."
)
@click.option(
    "--pictures",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A .zip with the pictures that rows of teachers name.",
)
@click.option("--yes", is_flag=True, help="Save without asking.")
@click.option("--add-unit-code", is_flag=True, help="Put the unit code before every 学号 that lacks it.")
@click.option(
    "--problems",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rows with problems to an .xlsx.",
)
@reading_options
def import_command(
    file: Path,
    slug: str,
    kind: Kind,
    pictures: Path | None,
    yes: bool,
    add_unit_code: bool,
    problems: Path | None,
    **reading: Any,
) -> None:
    """Import students or teachers from FILE (.xlsx, .xls, .ods, .csv): check, preview, confirm, save.

    Where the file leaves a question open (which sheets, which columns, hidden rows, the class), nothing is written;
    the question is printed with the option that answers it.

    Exit codes: 0 done, 2 refused, not confirmed or a question is open, 3 done without the rows that have problems.
    """
    school = find_by_slug(slug)
    if school is None:
        _say(msg("没有标识为 %(slug)s 的学校", slug=slug), err=True)
        sys.exit(Exit.REFUSED)
    try:
        roster = Roster(file, kind, pictures, add_unit_code, read_options(**reading))
        sys.exit(_import(school, roster, yes=yes, problems=problems))
    except DomainError as error:
        refuse(error)


def _import(school: SchoolInfo, roster: Roster, *, yes: bool, problems: Path | None) -> Exit:
    import_id = _checked(school, roster)
    found = _read(school, import_id)
    if found.state != "checked" or _other_sheets(school, found, roster):
        for sentence in _unread(school, found, roster):
            _say(sentence, err=True)
        _discard(school, found)
        return Exit.REFUSED
    summary = summary_of(found)
    _show(summary)
    if not summary.counts.good:
        _write_problems(school, import_id, summary.counts.problem, problems)
        _discard(school, found)
        _say(msg("没有需要新建或修改的数据"))
        return Exit.LEFT_OUT if summary.counts.problem else Exit.DONE
    if not yes and not click.confirm(str(msg("保存以上数据？"))):
        _discard(school, found)
        return Exit.REFUSED
    with _units(school)() as ctx:
        confirm_import(ctx, import_id=import_id)
    _run(school, import_id, msg("写入"), run_apply)
    return _report(school, import_id, problems)


def _unread(school: SchoolInfo, found: RosterImport, roster: Roster) -> list[Message]:
    """Return why a file was not checked: a refusal, or the questions that a person has to answer."""
    if refusal := refusal_of(found):
        return [refusal]
    if missing := _other_sheets(school, found, roster):
        return [missing]
    if found.state != "mapping":
        return [msg("检查没有完成，请重新导入")]
    with shell_context(school) as ctx:
        asked = asked_of(ctx, import_id=found.id)
    return list(open_questions(asked, WORDS[found.kind], _PAGES[found.kind]))


def _other_sheets(school: SchoolInfo, found: RosterImport, roster: Roster) -> Message | None:
    """Return the refusal of sheets that the command names and the file does not have."""
    if not found.options.get(COLUMNS_KEY):
        return None
    with shell_context(school) as ctx:
        return missing_sheets(roster.reading, asked_of(ctx, import_id=found.id))


def _discard(school: SchoolInfo, found: RosterImport) -> None:
    """End an import that goes no further, because an open one keeps personal data and blocks 毕业生数据清理."""
    if found.state in DISCARDABLE:
        with shell_unit(school) as ctx:
            discard_import(ctx, import_id=found.id)


def _checked(school: SchoolInfo, roster: Roster) -> int:
    with _units(school)() as ctx:
        import_id = start_import(
            ctx,
            filename=roster.file.name,
            content=roster.file.read_bytes(),
            kind=roster.kind,
            pictures=roster.pictures.read_bytes() if roster.pictures else None,
            add_unit_code=roster.add_unit_code,
            choices=roster.reading.choices,
        ).id
    _run(school, import_id, msg("检查"), run_check)
    if roster.reading.columns and _read(school, import_id).state in ("mapping", "checked"):
        _name_columns(school, import_id, roster)
        _run(school, import_id, msg("检查"), run_check)
    return import_id


def _name_columns(school: SchoolInfo, import_id: int, roster: Roster) -> None:
    """Confirm the columns that the command names; a wrong name ends the import."""
    with shell_context(school) as ctx:
        found, asked = get_import(ctx, import_id=import_id), asked_of(ctx, import_id=import_id)
    try:
        fields = named_fields(roster.reading, asked, WORDS[found.kind])
        with _units(school)() as ctx:
            choose(ctx, import_id=import_id, choices=choices_of(found.options), fields=fields)
    except DomainError:
        _discard(school, found)
        raise


def _run(school: SchoolInfo, import_id: int, label: Message, run: Callable[..., None]) -> None:
    """Do the work of a worker in this process, with a progress bar."""
    with click.progressbar(length=100, label=str(label)) as bar:

        def progress(done: int, total: int) -> None:
            bar.update(100 * done // max(total, 1) - bar.pos)

        run(_units(school), import_id=import_id, progress=progress)
        if _read(school, import_id).state in ("checked", "applied"):
            bar.update(100 - bar.pos)


def _report(school: SchoolInfo, import_id: int, problems: Path | None) -> Exit:
    found = _read(school, import_id)
    result = summary_of(found).result
    if found.state != "applied" or result is None:
        _say(refusal_of(found) or msg("写入没有完成，没有写入任何数据，请重新导入"), err=True)
        return Exit.REFUSED
    _say(
        msg(
            "已新建 %(created)s 人，修改 %(changed)s 人，无变化 %(unchanged)s 人，"
            "新建班级 %(classes)s 个，问题数据 %(problem)s 行",
            created=result.created,
            changed=result.changed,
            unchanged=result.unchanged,
            classes=len(result.classes),
            problem=result.problem,
        )
    )
    _write_problems(school, import_id, result.problem, problems)
    return Exit.LEFT_OUT if result.problem else Exit.DONE


def _show(summary: Summary) -> None:
    counts = summary.counts
    _say(
        msg(
            "共 %(rows)s 行：新建 %(create)s，修改 %(change)s，无变化 %(unchanged)s，有问题 %(problem)s，"
            "没有导入 %(left_out)s",
            rows=counts.rows,
            create=counts.create,
            change=counts.change,
            unchanged=counts.unchanged,
            problem=counts.problem,
            left_out=counts.left_out,
        )
    )
    for reason, count in summary.left_out.items():
        _say(msg("没有导入 %(count)s 行：%(reason)s", count=count, reason=REASONS[reason]), err=True)
    for remark in summary.remarks:
        _say(remark.message, err=True)
    for planned in summary.classes:
        _say(msg("新建班级：%(name)s，%(rows)s 人", name=planned.name, rows=planned.rows))
        for other in planned.others:
            _say(msg("同名班级已存在：编号 %(number)s，仍将新建", number=other.number))
    for found in (*summary.problems, *summary.warnings):
        _say(_problem(found, summary.sheets), err=True)
    if summary.missing_unit_code:
        hint = msg("有 %(count)s 个学号缺少单位代码，可加上 --add-unit-code", count=summary.missing_unit_code)
        _say(hint, err=True)


def _problem(found: ProblemGroup, sheets: Sequence[str]) -> Message:
    # A sentence that names other rows is worded for the first row only.
    shown = found.rows[:1] if "rows" in found.message.params else found.rows
    names = tuple(row_name(row_no, tuple(sheets)) for row_no in shown)
    if found.count > len(shown):
        rows = msg("第 %(rows)s 等 %(count)s 行", rows=names, count=found.count)
    else:
        rows = msg("第 %(rows)s 行", rows=names)
    return msg("%(rows)s「%(label)s」：%(reason)s", rows=rows, label=found.label, reason=found.message)


def _say(message: Message, *, err: bool = False) -> None:
    click.echo(str(message), err=err)


def _write_problems(school: SchoolInfo, import_id: int, count: int, path: Path | None) -> None:
    if path is None or not count:
        return
    with shell_unit(school) as ctx:
        path.write_bytes(problem_file(ctx, import_id=import_id)[1])
    _say(msg("问题数据已写入 %(path)s", path=str(path)))


def _read(school: SchoolInfo, import_id: int) -> RosterImport:
    with shell_context(school) as ctx:
        return get_import(ctx, import_id=import_id)


def _units(school: SchoolInfo) -> UnitOfWorkFactory:
    """Return units of work of the operator that send no jobs, because this process does the work."""
    vault = cast(Vault, current_app.extensions["spoc_vault"])
    return UnitOfWorkFactory(school=school, actor=OPERATOR, now=clock(), enqueue=discard, vault=vault)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(group)
