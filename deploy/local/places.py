"""Where the embedded servers keep their data, and as whom PostgreSQL runs. Standard library only.

PostgreSQL refuses to run as root. When root starts the demo, its data lie in an open folder below
`/var/lib`, owned by an account of its own, and `var/data` points there: the account then needs no way through
the project's parents, whose modes stay as they are.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.report import LocalError, fail

ROOT_STORE = Path("/var/lib/spoc-demo")
ACCOUNT = "spoc-demo"
_SOCKET_PATH_LIMIT = 100


def as_root() -> bool:
    """Whether we may (and, for PostgreSQL, must) become somebody else."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def database_account(store: Path = ROOT_STORE) -> str | None:
    """The account PostgreSQL runs as: None is ours; as root a system account, made when it is missing.

    Processes that start at the same moment wait for each other: two `useradd` at once leave an account whose
    number is not the one that the first process has given files to.
    """
    if not as_root():
        return None
    with locked(store):
        try:
            pwd.getpwnam(ACCOUNT)
        except KeyError:
            subprocess.run(
                ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
                 "--shell", "/usr/sbin/nologin", ACCOUNT],
                check=True,
            )  # fmt: skip
    return ACCOUNT


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time go on; the folder is made when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def data_folder(project: Path, store: Path = ROOT_STORE) -> Path:
    """The folder of the demo's data, made when it is missing.

    `var/data` decides whether data below `store` are this project's: when somebody removed `var/`, the keys
    to the old data went with it, so old data are removed too.
    """
    pointer = project / "var" / "data"
    pointer.parent.mkdir(exist_ok=True)
    if not as_root():
        pointer.mkdir(exist_ok=True)
        return pointer.resolve()
    target = store / hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:12]
    if pointer.is_dir() and not pointer.is_symlink():
        raise LocalError(
            f"{pointer} 是普通用户创建的,请用该用户运行,或先 make clean-data",
            f"{pointer} was made by an ordinary user: run as that user, or `make clean-data` first",
        )
    if not (pointer.is_symlink() and pointer.readlink() == target):
        shutil.rmtree(target, ignore_errors=True)
        pointer.unlink(missing_ok=True)
        pointer.symlink_to(target)
    target.mkdir(parents=True, exist_ok=True)
    return target


def scratch_folder(prefix: str) -> Path:
    """A new folder for servers that live for one test run, which the database account can reach."""
    base = Path("/tmp") if as_root() else Path(tempfile.gettempdir())  # noqa: S108 (mkdtemp makes it private)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    folder.chmod(0o755)
    return folder


def private_folder(path: Path, account: str | None) -> Path:
    """Make `path` a folder that only `account` (or we) may enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        entry = pwd.getpwnam(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return path


def socket_folder(beside: Path, account: str | None) -> Path:
    """A private folder for sockets: `beside`, or a shorter one when the kernel would refuse the path."""
    if len(str(beside)) <= _SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432.lock"):
        return private_folder(beside, account)
    digest = hashlib.sha256(str(beside).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"spoc-{os.getuid()}-{digest}"
    private_folder(short, account)
    owner = pwd.getpwnam(account).pw_uid if account else os.getuid()
    if short.is_symlink() or short.stat().st_uid != owner:
        raise PermissionError(f"{short} belongs to somebody else")
    return short


def reachable(path: Path) -> bool:
    """Whether any account may read `path` and walk down to it."""
    resolved = path.resolve()
    walk = all(parent.stat().st_mode & stat.S_IXOTH for parent in resolved.parents)
    return walk and bool(resolved.stat().st_mode & stat.S_IROTH)


def reachable_programs(programs: Path, store: Path = ROOT_STORE) -> Path:
    """A folder of server programs that the database account can run: `programs`, or a copy below `store`.

    Args:
        programs: the folder with `bin`, `lib` and `share`, inside its package in site-packages. The wheel's
            shared libraries lie beside the package and are found relative to the programs, so a copy keeps
            that layout.
    """
    if not as_root() or reachable(programs / "bin"):
        return programs
    package = programs.parent
    postgres = (programs / "bin" / "postgres").stat()
    stamp = hashlib.sha256(f"{programs.name} {postgres.st_size} {postgres.st_mtime_ns}".encode()).hexdigest()[
        :12
    ]
    copy = store / f"programs-{stamp}"
    with locked(store):
        if not copy.exists():
            unfinished = Path(tempfile.mkdtemp(dir=store))
            unfinished.chmod(0o755)
            libraries = f"{package.name}.libs"
            shutil.copytree(package.parent / libraries, unfinished / libraries)
            shutil.copytree(programs, unfinished / package.name / programs.name, symlinks=True)
            unfinished.rename(copy)
    return copy / package.name / programs.name


def forget(project: Path) -> None:
    """Remove the demo's data and keys.

    Raises:
        LocalError: the demo is running.
    """
    data = (project / "var" / "data").resolve()
    lock = data / "postgres" / "postmaster.pid"
    if lock.exists() and Path(f"/proc/{lock.read_text().split()[0]}").exists():
        raise LocalError(
            "演示还在运行,请先按 Ctrl-C 停止它", "the demo is still running, stop it with Ctrl-C first"
        )
    if data.parent == ROOT_STORE:
        shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(project / "var", ignore_errors=True)


if __name__ == "__main__":
    try:
        forget(Path(__file__).resolve().parents[2])
    except LocalError as error:
        sys.exit(fail(error))
