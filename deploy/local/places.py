"""Folders of the embedded servers, and the account of PostgreSQL; needs only the standard library.

PostgreSQL refuses to run as root. When root starts the demo, its data are in an accessible folder below `/var/lib`,
owned by an account of its own, and `var/data` links to it. The account then needs no access to the project's parent
folders, whose modes stay unchanged.
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
    """Return whether this process may, and for PostgreSQL must, switch to another account."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def database_account(store: Path = ROOT_STORE) -> str | None:
    """Return the account of PostgreSQL: None for the current one; for root a system account, created if missing.

    Processes that start at the same time wait for each other, because two concurrent `useradd` leave an account with
    another id than the one that the first process has used for files.
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
    """Hold an exclusive lock on a folder, which is created if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def data_folder(project: Path, store: Path = ROOT_STORE) -> Path:
    """Return the folder of the demo's data, which is created if it is missing.

    `var/data` shows whether data below `store` belong to this project: when somebody has removed `var/`, the keys of
    the old data are lost, so the old data are also removed.
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
    """Create a folder for the servers of a test run, which the database account can reach."""
    base = Path("/tmp") if as_root() else Path(tempfile.gettempdir())  # noqa: S108 (mkdtemp makes it private)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
    folder.chmod(0o755)
    return folder


def private_folder(path: Path, account: str | None) -> Path:
    """Create the folder `path`, accessible only to `account`, or to the current account without one."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        entry = pwd.getpwnam(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return path


def socket_folder(preferred: Path, account: str | None) -> Path:
    """Return a private folder for sockets: `preferred`, or a shorter path if the kernel would refuse it."""
    if len(str(preferred)) <= _SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432.lock"):
        return private_folder(preferred, account)
    digest = hashlib.sha256(str(preferred).encode()).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"spoc-{os.getuid()}-{digest}"
    private_folder(short, account)
    owner = pwd.getpwnam(account).pw_uid if account else os.getuid()
    if short.is_symlink() or short.stat().st_uid != owner:
        raise PermissionError(f"{short} belongs to somebody else")
    return short


def reachable(path: Path) -> bool:
    """Return whether every account may read `path` and reach it."""
    resolved = path.resolve()
    can_reach = all(parent.stat().st_mode & stat.S_IXOTH for parent in resolved.parents)
    return can_reach and bool(resolved.stat().st_mode & stat.S_IROTH)


def reachable_programs(programs: Path, store: Path = ROOT_STORE) -> Path:
    """Return the folder of server programs that the database account can run: `programs`, or a copy below `store`.

    Args:
        programs: the folder with `bin`, `lib` and `share`, inside its package in site-packages. The programs find
            the wheel's shared libraries, which are beside the package, by relative paths, so a copy keeps this
            layout.
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
