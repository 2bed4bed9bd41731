"""The setup of a fresh clone for `make`; it needs only the standard library and any recent Python 3.

`python3 -m deploy.local.bootstrap run|test|check` creates the virtual environment, installs the pinned requirements,
builds the front end and compiles the translations, each only when its sources have changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.report import LocalError, fail, say

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
SUPPORTED = ((3, 12), (3, 11))
OLDEST_NODE = 20
#: Browsers for the browser tests, the smallest first; its name is also that of Debian's package.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

_RUNTIME = ("requirements.txt", "requirements-demo.txt")
REQUIREMENTS = {
    "run": _RUNTIME,
    "test": (*_RUNTIME, "requirements-dev.txt"),
    "check": (*_RUNTIME, "requirements-dev.txt"),
}


def main(arguments: list[str]) -> int:
    """Prepare for one of the purposes and return the exit code."""
    purpose = arguments[0] if len(arguments) == 1 else ""
    if purpose not in REQUIREMENTS:
        print(f"usage: python3 -m deploy.local.bootstrap {'|'.join(REQUIREMENTS)}", file=sys.stderr)
        return 2
    try:
        make_venv()
        install(REQUIREMENTS[purpose])
        if purpose != "check":
            build_front_end()
            compile_translations()
        if purpose == "test":
            install_browser()
    except LocalError as error:
        return fail(error)
    return 0


def make_venv() -> None:
    """Create `.venv` with a supported Python, unless one exists that works."""
    if _version(VENV_PYTHON) in SUPPORTED:
        return
    python = _find_python()
    _ensure_venv_module(python)
    say("创建虚拟环境 .venv", "making the virtual environment .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    _run([python, "-m", "venv", VENV], "创建虚拟环境失败", "the virtual environment could not be made")


def _find_python() -> str:
    candidates = [sys.executable, *(f"python{major}.{minor}" for major, minor in SUPPORTED)]
    for candidate in candidates:
        found = shutil.which(candidate)
        if found and _version(Path(found)) in SUPPORTED:
            return found
    raise LocalError(
        "需要 Python 3.11 或 3.12,这台机器上没有找到",
        "Python 3.11 or 3.12 is needed and was not found on PATH (e.g. apt-get install python3.12)",
    )


def _version(python: Path) -> tuple[int, int] | None:
    """Return the version of an interpreter; None if it does not run (an empty shim, a moved venv)."""
    command = [str(python), "-c", "import sys; print(*sys.version_info[:2])"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    major, minor = done.stdout.split()
    return int(major), int(minor)


def _ensure_venv_module(python: str) -> None:
    """Install the `venv` module if it is missing, since Debian has it in a package of its own."""
    if subprocess.run([python, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
        return
    version = _version(Path(python)) or SUPPORTED[0]
    package = f"python{version[0]}.{version[1]}-venv"
    if not _apt_install(package):
        raise LocalError(
            f"请先安装软件包:sudo apt-get install {package}", f"install the package {package} first"
        )


def _apt_install(*packages: str) -> bool:
    """Install system packages, and return whether that was allowed and succeeded."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    say(f"安装系统软件包 {' '.join(packages)}", "installing system packages")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run([apt, "-qq", *command], env=env, capture_output=True, text=True, check=False)
    return done.returncode == 0


def install(files: tuple[str, ...]) -> None:
    """Install pinned requirements, unless a stamp in the environment records the same ones."""
    stamp = VENV / ".spoc-requirements.json"
    installed = json.loads(stamp.read_text()) if stamp.exists() else {}
    wanted = {name: _digest([PROJECT / name]) for name in files}
    if all(installed.get(name) == digest for name, digest in wanted.items()):
        return
    say(f"安装依赖 {' '.join(files)}", "installing requirements")
    sources = [part for name in files for part in ("-r", PROJECT / name)]
    _run(
        [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *sources],
        "安装依赖失败(网络或软件源?)",
        "pip could not install the requirements (network?)",
    )
    stamp.write_text(json.dumps(installed | wanted))


def build_front_end() -> None:
    """Run `npm ci` when the lock file has changed, and `npm run build` when a source has changed."""
    manifests = [PROJECT / "package.json", PROJECT / "package-lock.json"]
    sources = sorted(path for path in (PROJECT / "app" / "static" / "src").rglob("*") if path.is_file())
    modules = PROJECT / "node_modules"
    packages, everything = _digest(manifests), _digest(manifests + sources)
    built = (PROJECT / "app" / "static" / "dist" / "manifest.json").exists()
    if built and _read(modules / ".spoc-build") == everything:
        return
    env = _node_environment()
    if _read(modules / ".spoc-packages") != packages:
        say("安装前端依赖", "installing front-end packages")
        command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        _run(command, "npm ci 失败(网络?)", "npm ci failed (network?)", env)
        (modules / ".spoc-packages").write_text(packages)
    say("构建前端", "building the front end")
    _run(["npm", "run", "--silent", "build"], "前端构建失败", "the front end could not be built", env)
    (modules / ".spoc-build").write_text(everything)


def _node_environment() -> dict[str, str]:
    """Return an environment whose PATH has Node and npm: those of the machine, else those of the wheel."""
    node = shutil.which("node")
    if node and shutil.which("npm"):
        done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
        major = done.stdout.strip().lstrip("v").split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE:
            return dict(os.environ)
    install(("requirements-node.txt",))
    return {**os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def compile_translations() -> None:
    """Compile each catalogue that is newer than its compiled form."""
    for catalogue in (PROJECT / "app" / "translations").glob("*/LC_MESSAGES/*.po"):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        _run(
            [VENV_PYTHON, "-m", "babel.messages.frontend", "compile", "-i", catalogue, "-o", compiled],
            f"翻译文件 {catalogue.name} 有错误",
            f"the catalogue {catalogue} does not compile",
        )


def install_browser() -> None:
    """Install Chromium and a Chinese font for the browser tests, if they are missing."""
    missing = []
    if not any(shutil.which(name) for name in BROWSERS):
        missing.append(BROWSERS[0])
    if not _has_chinese_font():
        missing.append("fonts-noto-cjk")
    if missing and not _apt_install(*missing):
        names = " ".join(missing)
        raise LocalError(
            f"浏览器测试需要:sudo apt-get install {names}", f"the browser tests need the packages {names}"
        )


def _has_chinese_font() -> bool:
    fc_list = shutil.which("fc-list")
    if fc_list is None:
        return False
    return bool(subprocess.run([fc_list, ":lang=zh-cn"], capture_output=True, check=False).stdout.strip())


def _run(
    command: Sequence[str | Path], chinese: str, english: str, env: dict[str, str] | None = None
) -> None:
    text = [str(part) for part in command]
    done = subprocess.run(text, cwd=PROJECT, env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise LocalError(f"{chinese}:{(lines or ['?'])[-1][:300]}", english)


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(PROJECT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
