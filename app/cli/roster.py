"""``flask roster``: what 学生用户导入 does, from the shell, through the same services and without the queue."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.cli.shell import OPERATOR, clock, refuse, shell_context, shell_unit
from app.errors import DomainError
from app.jobs import discard
from app.models import RosterImport
from app.services.imports.apply import run_apply
from app.services.imports.check import run_check
from app.services.imports.files import problem_file
from app.services.imports.intake import confirm_import, discard_import, start_import
from app.services.imports.reading import get_import, refusal_of, summary_of
from app.services.imports.summary import Summary
from app.services.imports.units import Units
from app.vault import Vault
from tenants.registry import SchoolInfo, find_by_slug

group = AppGroup("roster", help="Rosters of a school.")


class Exit(IntEnum):
    """Exit codes: everything done; refused or given up; done, but rows with problems were left out."""

    DONE = 0
    REFUSED = 2
    LEFT_OUT = 3


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--school", "slug", required=True, help="Label of the school's address, e.g. mingde.")
@click.option("--yes", is_flag=True, help="Save without asking.")
@click.option("--add-unit-code", is_flag=True, help="Put the unit code before every 学号 that lacks it.")
@click.option(
    "--problems",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write rows with problems to an .xlsx.",
)
def import_command(file: Path, slug: str, yes: bool, add_unit_code: bool, problems: Path | None) -> None:
    """Import students from FILE (.xlsx, .xls, .ods, .csv): check, show, ask, save.

    Exit codes: 0 done, 2 refused or not confirmed, 3 done without the rows that have problems.
    """
    school = find_by_slug(slug)
    if school is None:
        click.echo(f"没有标识为 {slug} 的学校", err=True)
        sys.exit(Exit.REFUSED)
    try:
        sys.exit(_import(school, file, yes=yes, add_unit_code=add_unit_code, problems=problems))
    except DomainError as error:
        refuse(error)


def _import(school: SchoolInfo, file: Path, *, yes: bool, add_unit_code: bool, problems: Path | None) -> Exit:
    import_id = _checked(school, file, add_unit_code=add_unit_code)
    found = _read(school, import_id)
    if found.state != "checked":
        click.echo(str(refusal_of(found) or found.state), err=True)
        return Exit.REFUSED
    summary = summary_of(found)
    _show(summary)
    if not summary.counts.good:
        _write_problems(school, import_id, summary.counts.problem, problems)
        click.echo("没有需要新建或修改的数据")
        return Exit.LEFT_OUT if summary.counts.problem else Exit.DONE
    if not yes and not click.confirm("保存以上数据？"):
        with shell_unit(school) as ctx:
            discard_import(ctx, import_id=import_id)
        return Exit.REFUSED
    with _units(school)() as ctx:
        confirm_import(ctx, import_id=import_id)
    _run(school, import_id, "写入", run_apply)
    return _report(school, import_id, problems)


def _checked(school: SchoolInfo, file: Path, *, add_unit_code: bool) -> int:
    with _units(school)() as ctx:
        content = file.read_bytes()
        import_id = start_import(ctx, filename=file.name, content=content, add_unit_code=add_unit_code).id
    _run(school, import_id, "检查", run_check)
    return import_id


def _run(school: SchoolInfo, import_id: int, label: str, run: Callable[..., None]) -> None:
    """Do in this process what a worker would do, with a bar."""
    with click.progressbar(length=100, label=label) as bar:

        def progress(done: int, total: int) -> None:
            bar.update(100 * done // max(total, 1) - bar.pos)

        run(_units(school), import_id=import_id, progress=progress)
        if _read(school, import_id).state in ("checked", "applied"):
            bar.update(100 - bar.pos)


def _report(school: SchoolInfo, import_id: int, problems: Path | None) -> Exit:
    found = _read(school, import_id)
    result = summary_of(found).result
    if found.state != "applied" or result is None:
        click.echo(str(refusal_of(found) or found.state), err=True)
        return Exit.REFUSED
    click.echo(
        f"已新建 {result.created} 人，修改 {result.changed} 人，无变化 {result.unchanged} 人，"
        f"新建班级 {len(result.classes)} 个，问题数据 {result.problem} 行"
    )
    _write_problems(school, import_id, result.problem, problems)
    return Exit.LEFT_OUT if result.problem else Exit.DONE


def _show(summary: Summary) -> None:
    counts = summary.counts
    click.echo(
        f"共 {counts.rows} 行：新建 {counts.create}，修改 {counts.change}，"
        f"无变化 {counts.unchanged}，有问题 {counts.problem}"
    )
    for planned in summary.classes:
        year = f"（{planned.entry_year} 级）" if planned.entry_year else ""
        note = "，同名班级已在其他年级存在" if planned.others else ""
        click.echo(f"  新建班级：{planned.name}{year}，{planned.rows} 人{note}")
    for found in summary.problems:
        rows = "、".join(map(str, found.rows))
        more = f" 等 {found.count} 行" if found.count > len(found.rows) else " 行"
        column = f"「{found.label}」" if found.label else ""
        click.echo(f"  第 {rows}{more}{column}：{found.message}", err=True)
    if summary.missing_unit_code:
        click.echo(f"  有 {summary.missing_unit_code} 个学号缺少单位代码，可加上 --add-unit-code", err=True)


def _write_problems(school: SchoolInfo, import_id: int, count: int, path: Path | None) -> None:
    if path is None or not count:
        return
    with shell_unit(school) as ctx:
        path.write_bytes(problem_file(ctx, import_id=import_id)[1])
    click.echo(f"问题数据已写入 {path}")


def _read(school: SchoolInfo, import_id: int) -> RosterImport:
    with shell_context(school) as ctx:
        return get_import(ctx, import_id=import_id)


def _units(school: SchoolInfo) -> Units:
    """Units of work of the operator that send no jobs: this process does the work."""
    vault = cast(Vault, current_app.extensions["spoc_vault"])
    return Units(school=school, actor=OPERATOR, now=clock(), enqueue=discard, vault=vault)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(group)
