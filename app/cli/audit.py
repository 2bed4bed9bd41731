"""``flask audit``: whether the audit log is what was written, checked against its chain and against logged anchors."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from app.cli.shell import REFUSED, alliance, shell_context
from app.rules.shared.audit_chain import Anchor, Head, read_anchors
from app.services.schools.directory import list_tenants
from app.services.shared.audit_check import check_chain
from tenants.registry import SchoolInfo

group = AppGroup("audit", help="The audit log.")


@group.command("verify")
@click.option("--school", "slug", help="Label of a school's address, or 'alliance'; all by default.")
@click.option(
    "--anchors",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A log with lines of spoc.audit; what was anchored in it must still stand in the chains.",
)
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="SLUG:POSITION:DIGEST",
    help="An anchor by hand; repeatable.",
)
def verify_command(slug: str | None, file: Path | None, expected: tuple[str, ...]) -> None:
    """Check every audit row against its school's chain, and the chain against anchors.

    A line a school: its name, how many rows are chained and the chain's last digest, or the first row that is broken.
    Exit codes: 0 everything is as it was written, 1 something is broken or waits for too long, 2 wrong usage.
    """
    with shell_context(alliance()) as ctx:
        tenants = list_tenants(ctx)
    anchors = _typed(expected) + (_read(file) if file is not None else [])
    chosen = [one for one in tenants if slug in (None, one.slug)]
    if not chosen:
        _refuse(f"there is no school {slug}")
    broken = False
    for school in chosen:
        mine = [anchor.head for anchor in anchors if _is_of(anchor, school)]
        with shell_context(school) as ctx:
            checked = check_chain(ctx, anchors=mine)
        problems = checked.problems()
        for problem in problems:
            click.echo(f"{school.slug}: {problem}")
        if not problems:
            click.echo(f"{school.slug}: {_whole(checked.head, len(mine))}")
        broken = broken or bool(problems)
    lost = _without_school(anchors, tenants)
    for name in lost:
        click.echo(f"{name}: anchored, but there is no such school")
    sys.exit(1 if broken or lost else 0)


def _whole(head: Head, anchors: int) -> str:
    return f"{head.position} rows chained, last digest {head.digest.hex() or '-'}, {anchors} anchors hold"


def _typed(expected: Iterable[str]) -> list[Anchor]:
    found = []
    for words in expected:
        anchors = list(read_anchors([f"anchor {words}"]))
        if not anchors:
            _refuse(f"--expect: not SLUG:POSITION:DIGEST: {words}")
        found += anchors
    return found


def _read(file: Path) -> list[Anchor]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        found = list(read_anchors(lines))
    if not found:
        _refuse(f"--anchors: no anchor in {file}")
    return found


def _is_of(anchor: Anchor, school: SchoolInfo) -> bool:
    return anchor.school_id == school.id if anchor.school_id is not None else anchor.slug == school.slug


def _without_school(anchors: Iterable[Anchor], tenants: Iterable[SchoolInfo]) -> list[str]:
    known = list(tenants)
    return sorted({one.slug for one in anchors if not any(_is_of(one, school) for school in known)})


def _refuse(reason: str) -> NoReturn:
    click.echo(reason, err=True)
    sys.exit(REFUSED)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(group)
