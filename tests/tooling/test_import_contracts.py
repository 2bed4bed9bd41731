"""The import contracts hold, and each of them detects a violation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

# contract, the file that breaks it, what is written into that file
PLANTED = [
    ("packages", "tenants/host.py", "import app.errors"),
    ("packages", "app/errors.py", "import admin"),
    ("packages", "admin/planted.py", "import workers.setup"),
    ("layers", "app/rules/planted.py", "import app.models"),
    ("layers", "app/services/planted.py", "import app.web"),
    ("layers", "app/misc.py", '"""A module outside every layer."""'),
    ("cycles", "app/rules/schools/slugs.py", "import app.rules.planted"),
    ("cycles", "app/services/imports/shared/staging.py", "import app.services.imports.run.check"),
    ("cycles", "app/services/offerings/phase.py", "import app.services.catalogue.school"),
    ("subjects", "app/services/offerings/phase.py", "import app.services.courses.drafts"),
    ("subjects", "app/services/shared/audit.py", "import app.services.schools.quotas"),
    ("subjects", "app/services/planted.py", '"""A use case outside every subject."""'),
    ("subjects-of-rules", "app/rules/offerings/dates.py", "import app.rules.imports.students"),
    ("subjects-of-rules", "app/rules/planted.py", '"""A rule outside every subject."""'),
    ("subjects-of-web", "app/web/shared/listing.py", "import app.web.me.home"),
    ("subjects-of-web", "app/web/planted.py", '"""A page outside every subject."""'),
    ("subjects-of-admin", "admin/base.py", "import admin.people.list"),
    ("subjects-of-admin", "admin/planted.py", '"""A view outside every subject."""'),
    ("subjects-of-sheets", "app/sheets/reading/limits.py", "import app.sheets.writing.cells"),
    ("tables", "admin/people/list.py", "from app.models import User"),
    ("tables", "app/web/me/home.py", "import app.models.people"),
    ("domain", "app/services/planted.py", "import flask"),
    ("domain", "app/models/planted.py", "from werkzeug.security import generate_password_hash"),
    ("rules", "app/rules/planted.py", "import sqlalchemy"),
    ("sheets", "app/sheets/planted.py", "import tenants.db"),
    ("queue", "app/web/planted.py", "import rq"),
    ("flask-admin", "app/web/planted.py", "import flask_admin"),
    ("configuration", "workers/planted.py", "import config"),
]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(LINT), "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the product's Python files with the tool settings."""
    for package in ("app", "tenants", "admin", "workers"):
        for source in (PROJECT / package).rglob("*.py"):
            target = tmp_path / source.relative_to(PROJECT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_project_keeps_every_contract() -> None:
    done = lint(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("contract", "file", "line"), PLANTED)
def test_a_planted_violation_breaks_its_contract(copy: Path, contract: str, file: str, line: str) -> None:
    with (copy / "app/rules/planted.py").open("a") as partner:
        partner.write("import app.rules.schools.slugs\n")
    with (copy / file).open("a") as planted:
        planted.write(f"\n{line}\n")
    done = lint(copy, "--contract", contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout
