"""``flask audit verify``: exit codes, the first broken row of a school, and anchors from a log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from app.context import Context
from app.rules.permissions import Role
from app.rules.shared.audit_chain import Anchor, Head
from app.services.shared.audit_chain import head_of
from app.services.shared.audit_check import check_today
from tenants.registry import SchoolInfo
from tests.support.audit import Tamperer, chain_all, write_rows

MakeCtx = Callable[..., Context]


@pytest.fixture
def chained(school: SchoolInfo, make_ctx: MakeCtx) -> SchoolInfo:
    """A school with three chained rows."""
    write_rows(make_ctx, school, 3)
    chain_all(make_ctx, school)
    return school


def verify(app: Flask, *arguments: str) -> Result:
    """Run the command."""
    return app.test_cli_runner().invoke(args=["audit", "verify", *arguments])


def test_a_whole_chain_is_a_line_with_its_head_and_exit_code_0(
    app_context: Flask, chained: SchoolInfo, make_ctx: MakeCtx
) -> None:
    done = verify(app_context, "--school", chained.slug)
    assert done.exit_code == 0, done.output
    digest = head_of(make_ctx(chained)).digest.hex()
    assert done.output == f"{chained.slug}: 3 rows chained, last digest {digest}, 0 anchors hold\n"


def test_each_school_is_named_with_its_first_broken_row(
    app_context: Flask, alliance: SchoolInfo, chained: SchoolInfo, tamperer: Tamperer
) -> None:
    _, audit_id = tamperer.links()[1]
    tamperer.save()
    tamperer.run("UPDATE audit_log SET action = 'x' WHERE school_id = :school AND id >= :id", id=audit_id)
    done = verify(app_context)
    tamperer.restore()
    assert done.exit_code == 1
    lines = dict(line.split(": ", 1) for line in done.output.splitlines())
    assert lines[chained.slug].startswith(f"broken at row {audit_id}, position 2: ")
    # The alliance is a tenant with a chain of its own.
    assert alliance.slug in lines


def test_anchors_come_from_a_log_or_by_hand(
    app_context: Flask,
    chained: SchoolInfo,
    make_ctx: MakeCtx,
    tamperer: Tamperer,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", logger="spoc.audit")
    check_today(make_ctx(chained, Role.SYSTEM))
    log = tmp_path / "journal.txt"
    log.write_text(f"something else\n2026-09-10 INFO {caplog.records[-1].getMessage()}\n", encoding="utf-8")
    head = head_of(make_ctx(chained))
    by_hand = f"{chained.slug}:{head.position}:{head.digest.hex()}"
    for given in (("--anchors", str(log)), ("--expect", by_hand)):
        done = verify(app_context, "--school", chained.slug, *given)
        assert done.exit_code == 0, done.output
        assert done.output.endswith("1 anchors hold\n")
    tamperer.run("DELETE FROM audit_links WHERE school_id = :school AND position = 3")
    tamperer.run("DELETE FROM audit_log WHERE school_id = :school AND object_id = 2")
    assert verify(app_context, "--school", chained.slug).exit_code == 0
    for given in (("--anchors", str(log)), ("--expect", by_hand)):
        done = verify(app_context, "--school", chained.slug, *given)
        assert done.exit_code == 1
        assert (
            done.output
            == f"{chained.slug}: broken at position 3: the chain ends before this anchored position\n"
        )


def test_an_anchor_of_a_renamed_school_counts_and_one_of_no_school_is_reported(
    app_context: Flask, chained: SchoolInfo, make_ctx: MakeCtx, tmp_path: Path
) -> None:
    log = tmp_path / "journal.txt"
    log.write_text(str(Anchor("former-name", head_of(make_ctx(chained)), chained.id)), encoding="utf-8")
    done = verify(app_context, "--school", chained.slug, "--anchors", str(log))
    assert done.exit_code == 0, done.output
    assert done.output.endswith("1 anchors hold\n")
    lost = Anchor("gone", Head(1, b"x" * 32), 10**9)
    log.write_text(str(lost), encoding="utf-8")
    done = verify(app_context, "--school", chained.slug, "--anchors", str(log))
    assert done.exit_code == 1
    assert "gone: anchored, but there is no such school\n" in done.output


@pytest.mark.parametrize(
    "arguments", [("--school", "nobody"), ("--expect", "a:b:c"), ("--expect", "a:1:" + "0" * 63)]
)
def test_wrong_usage_ends_with_exit_code_2(
    app_context: Flask, alliance: SchoolInfo, arguments: tuple[str, ...]
) -> None:
    assert verify(app_context, *arguments).exit_code == 2


def test_a_log_without_anchors_is_refused(app_context: Flask, alliance: SchoolInfo, tmp_path: Path) -> None:
    log = tmp_path / "journal.txt"
    log.write_text("nothing here\n", encoding="utf-8")
    assert verify(app_context, "--anchors", str(log)).exit_code == 2
