"""A copy of the project in another folder, as a fresh clone has it, with the same virtual environment."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import places

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout() -> Iterator[Path]:
    """The files git knows or would know, the built front end, and links to what `make` installed."""
    folder = places.scratch_folder("spoc-clone-")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    built = [str(path.relative_to(PROJECT)) for path in (PROJECT / "app/static/dist").glob("*")]
    compiled = [str(path.relative_to(PROJECT)) for path in (PROJECT / "app/translations").rglob("*.mo")]
    for name in (*listed.stdout.splitlines(), *built, *compiled):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    (folder / ".venv").symlink_to(PROJECT / ".venv")
    yield folder
    data = folder / "var" / "data"
    if data.is_symlink():
        shutil.rmtree(data.resolve(), ignore_errors=True)
    shutil.rmtree(folder)
