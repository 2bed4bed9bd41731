"""``flask audit``: checks of the audit log against its chain and against logged anchors."""

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
    help="A log with lines of spoc.audit; the chains must still contain the anchors in it.",
)
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="SLUG:POSITION:DIGEST",
    help="An anchor; repeatable.",
)
def verify_command(slug: str | None, file: Path | None, expected: tuple[str, ...]) -> None:
    """Check all audit rows against their school's chain, and the chain against anchors.

    For each school, print its name with the number of chained rows and the last digest, or the first broken row.
    Exit codes: 0 all rows are unchanged, 1 a row is broken or waits for too long, 2 wrong usage.
    """
    with shell_context(alliance()) as ctx:
        tenants = list_tenants(ctx)
    anchors = _parse(expected) + (_read(file) if file is not None else [])
    chosen = [tenant for tenant in tenants if slug in (None, tenant.slug)]
    if not chosen:
        _refuse(f"there is no school {slug}")
    broken = False
    for school in chosen:
        heads = [anchor.head for anchor in anchors if _is_of(anchor, school)]
        with shell_context(school) as ctx:
            checked = check_chain(ctx, anchors=heads)
        problems = checked.problems()
        for problem in problems:
            click.echo(f"{school.slug}: {problem}")
        if not problems:
            click.echo(f"{school.slug}: {_intact(checked.head, len(heads))}")
        broken = broken or bool(problems)
    unknown = _without_school(anchors, tenants)
    for name in unknown:
        click.echo(f"{name}: anchored, but there is no such school")
    sys.exit(1 if broken or unknown else 0)


def _intact(head: Head, anchors: int) -> str:
    return f"{head.position} rows chained, last digest {head.digest.hex() or '-'}, {anchors} anchors hold"


def _parse(expected: Iterable[str]) -> list[Anchor]:
    found = []
    for text in expected:
        anchors = list(read_anchors([f"anchor {text}"]))
        if not anchors:
            _refuse(f"--expect: not SLUG:POSITION:DIGEST: {text}")
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
    return sorted({anchor.slug for anchor in anchors if not any(_is_of(anchor, school) for school in known)})


def _refuse(reason: str) -> NoReturn:
    click.echo(reason, err=True)
    sys.exit(REFUSED)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(group)
