"""Bootstrapping does each step once, and reports a missing requirement in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.report import LocalError

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder in place of the real one, with nothing of the machine's on PATH."""
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def script(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def front_end(project: Path) -> Path:
    """A front end whose npm only writes down what it was asked."""
    source = project / "app" / "static" / "src" / "site.js"
    source.parent.mkdir(parents=True)
    source.write_text("1")
    (project / "package.json").write_text("{}")
    (project / "package-lock.json").write_text("{}")
    asked = project / "asked"
    script(project / "bin" / "node", "echo v22.1.0")
    script(
        project / "bin" / "npm",
        f"echo $1 >> {asked}; /bin/mkdir -p node_modules app/static/dist; : > app/static/dist/manifest.json",
    )
    return asked


def test_the_front_end_is_built_once_until_a_source_changes(project: Path) -> None:
    asked = front_end(project)
    bootstrap.build_front_end()
    bootstrap.build_front_end()
    assert asked.read_text().split() == ["ci", "run"]
    (project / "app/static/src/site.js").write_text("2")
    bootstrap.build_front_end()
    assert asked.read_text().split() == ["ci", "run", "run"]
    (project / "package-lock.json").write_text("{ }")
    bootstrap.build_front_end()
    assert asked.read_text().split() == ["ci", "run", "run", "ci", "run"]


def test_a_front_end_that_does_not_build_is_one_line_with_the_reason(project: Path) -> None:
    front_end(project)
    script(project / "bin" / "npm", "echo 'first\nsite.js:3: no such thing' >&2; exit 1")
    with pytest.raises(LocalError, match=r"site\.js:3: no such thing") as caught:
        bootstrap.build_front_end()
    assert "\n" not in str(caught.value)


def test_requirements_are_installed_again_only_when_a_file_changed(project: Path) -> None:
    asked = project / "asked"
    script(project / ".venv" / "bin" / "python", f"echo pip >> {asked}")
    (project / "a.txt").write_text("x==1")
    (project / "b.txt").write_text("y==1")
    bootstrap.install(("a.txt",))
    bootstrap.install(("a.txt",))
    bootstrap.install(("a.txt", "b.txt"))
    bootstrap.install(("a.txt",))
    assert asked.read_text().split() == ["pip", "pip"]
    (project / "a.txt").write_text("x==2")
    bootstrap.install(("a.txt", "b.txt"))
    assert asked.read_text().split() == ["pip", "pip", "pip"]


def test_without_a_supported_python_it_says_which_one_is_needed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(project / "bin" / "python3", "echo 3 9")
    script(project / "bin" / "python3.12", "exit 127")
    monkeypatch.setattr(sys, "executable", str(project / "bin" / "python3"))
    with pytest.raises(LocalError, match="Python 3.11 or 3.12 is needed"):
        bootstrap.make_venv()


def test_another_python_on_path_is_taken_when_the_first_is_too_new(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = project / "asked"
    script(project / "bin" / "python3", "echo 3 13")
    script(project / "bin" / "python3.11", f'test "$1" = -m && echo "$@" > {asked}; echo 3 11')
    monkeypatch.setattr(sys, "executable", str(project / "bin" / "python3"))
    bootstrap.make_venv()
    assert asked.read_text().split() == ["-m", "venv", str(project / ".venv")]


def test_debian_without_the_venv_package_is_told_its_name(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(project / "bin" / "python3", 'case "$2" in *ensurepip*) exit 1;; esac; echo 3 11')
    monkeypatch.setattr(sys, "executable", str(project / "bin" / "python3"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LocalError, match="apt-get install python3.11-venv"):
        bootstrap.make_venv()


def test_root_on_debian_gets_the_venv_package_installed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = project / "asked"
    script(project / "bin" / "python3", 'case "$2" in *ensurepip*) exit 1;; esac; echo 3 11')
    script(project / "bin" / "apt-get", f'echo "$@" >> {asked}')
    monkeypatch.setattr(sys, "executable", str(project / "bin" / "python3"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    bootstrap.make_venv()
    assert asked.read_text().splitlines()[-1].endswith("python3.11-venv")


def test_without_a_browser_an_ordinary_user_is_told_the_packages(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LocalError, match="apt-get install chromium-headless-shell fonts-noto-cjk"):
        bootstrap.install_browser()


def test_a_failure_is_one_line_and_an_exit_code(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "executable", str(project / "nothing"))
    assert bootstrap.main(["run"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_bootstrap_needs_nothing_but_the_standard_library() -> None:
    """It runs before the virtual environment exists: an isolated interpreter must be able to import it."""
    code = "import sys; sys.path.insert(0, '.'); import deploy.local.bootstrap, deploy.local.places"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
