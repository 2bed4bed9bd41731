"""The properties that the repository's own documents promise."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [PROJECT / name for name in done.stdout.splitlines() if (PROJECT / name).is_file()]


@pytest.mark.parametrize(
    "name", ["requirements", "requirements-demo", "requirements-node", "requirements-dev"]
)
def test_requirements_are_pinned_and_name_no_source(name: str) -> None:
    lines = (PROJECT / f"{name}.txt").read_text().splitlines()
    entries = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert entries
    assert [line for line in entries if not re.fullmatch(r"[a-z0-9._-]+==[0-9][\w.]*", line)] == []


def test_lock_files_carry_no_download_addresses() -> None:
    assert "://" not in re.sub(r'"(url|funding)": "[^"]*"', "", (PROJECT / "package-lock.json").read_text())


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(PROJECT)): lines
        for path in tracked("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_nothing_that_make_builds_and_no_secret_is_tracked() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True)
    bad = re.compile(r"^(var|\.venv|node_modules|app/static/dist)/|\.mo$|secrets\.env$")
    assert [name for name in done.stdout.splitlines() if bad.search(name)] == []
