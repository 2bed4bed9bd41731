"""`make run`: the whole demo alliance on this machine; Ctrl-C stops everything."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import redis
from sqlalchemy import make_url

from deploy.local import database, places
from deploy.local.keys import load_secrets
from deploy.local.processes import Child, port_is_free
from deploy.local.report import LocalError, fail, say
from deploy.local.servers import Postgres, Redis
from deploy.local.stack import run_flask, start_sweeper, start_web, start_worker, wait_for_web

VAR = database.PROJECT / "var"
DATABASE = "spoc"


@dataclass
class Restarted:
    """A background process that is started again when it ends, as the supervisor does in production."""

    start: Callable[[], Child]
    child: Child


def main() -> int:
    """Start everything, run until stopped, and return the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with ExitStack() as running:
            running.enter_context(_uninterrupted_shutdown())
            _watch(*_start(running))
    except LocalError as error:
        return fail(error)
    except KeyboardInterrupt:
        say("已全部停止", "everything is stopped")
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _uninterrupted_shutdown() -> Iterator[None]:
    """Ignore further signals while the servers shut down."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


def _start(running: ExitStack) -> tuple[list[Child], list[Restarted]]:
    port = _port()
    VAR.mkdir(exist_ok=True)
    running.enter_context(_only_one())
    if not port_is_free(port):
        raise LocalError(
            f"端口 {port} 已被占用,请用 PORT=其他端口 make run",
            f"port {port} is taken: try PORT=8001 make run",
        )
    logs = VAR / "log"
    logs.mkdir(mode=0o700, exist_ok=True)
    secrets = load_secrets(VAR)
    children: list[Child] = []
    owner_url, app_url = _database(running, children, secrets)
    env = os.environ | {
        "SPOC_ENV": "demo",
        "BASE_DOMAIN": os.environ.get("BASE_DOMAIN", "localhost"),
        "PORT": str(port),
        "SECRET_KEY": secrets["SECRET_KEY"],
        "VAULT_KEY": secrets["VAULT_KEY"],
        "DATABASE_URL": app_url,
        "DATABASE_OWNER_URL": owner_url,
        "REDIS_URL": _redis(running, children),
    }
    say("数据库迁移", "migrating the database")
    database.migrate(owner_url)
    say("准备演示数据", "seeding the demo")
    run_flask(env, "demo", "seed")
    say("启动网站和后台任务", "starting web server, worker and sweeper")
    web = start_web(env, logs)
    running.callback(web.stop)
    background = [_background(running, start, env, logs) for start in (start_worker, start_sweeper)]
    accounts = run_flask(env, "demo", "accounts")
    wait_for_web(web, env)
    print(accounts, end="", flush=True)
    say(
        f"已就绪 http://{env['BASE_DOMAIN']}:{port} (Ctrl-C 停止,日志在 var/log)",
        "ready; Ctrl-C stops it, logs are in var/log",
    )
    return [*children, web], background


def _background(
    running: ExitStack, start: Callable[[dict[str, str], Path], Child], env: dict[str, str], logs: Path
) -> Restarted:
    def start_again() -> Child:
        child = start(env, logs)
        running.callback(child.stop)
        return child

    return Restarted(start_again, start_again())


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise LocalError(f"PORT={text} 不是端口号", f"PORT={text} is not a port number")
    return int(text)


@contextmanager
def _only_one() -> Iterator[None]:
    with (VAR / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LocalError(
                "演示已在另一个终端运行,请先在那里按 Ctrl-C",
                "the demo already runs in another terminal: press Ctrl-C there first",
            ) from error
        yield


def _database(running: ExitStack, children: list[Child], secrets: dict[str, str]) -> tuple[str, str]:
    """Return the addresses for owner and application, after creating roles and database."""
    external_url = os.environ.get("DATABASE_URL")
    if external_url:
        admin = make_url(external_url).set(drivername="postgresql+psycopg")
        admin_url = admin.render_as_string(hide_password=False)
        password = secrets["PG_APP_PASSWORD"]
        database.ensure_role(admin_url, database.APP_ROLE, password)
        app = admin.set(username=database.APP_ROLE, password=password)
        return admin_url, app.render_as_string(hide_password=False)
    say("启动内置 PostgreSQL", "starting the embedded PostgreSQL")
    server = Postgres(_data_folder(), password=secrets["PG_SUPERUSER_PASSWORD"])
    running.callback(server.stop)
    server.start()
    children.append(server.child)
    roles = {
        database.OWNER_ROLE: secrets["PG_OWNER_PASSWORD"],
        database.APP_ROLE: secrets["PG_APP_PASSWORD"],
    }
    for role, password in roles.items():
        database.ensure_role(server.url(), role, password)
    database.ensure_database(server.url(), DATABASE, database.OWNER_ROLE)
    owner, app_url = (server.url(DATABASE, user=role, password=password) for role, password in roles.items())
    return owner, app_url


def _redis(running: ExitStack, children: list[Child]) -> str:
    external_url = os.environ.get("REDIS_URL")
    if external_url:
        try:
            redis.Redis.from_url(external_url, socket_connect_timeout=5).ping()
        except (redis.RedisError, ValueError) as error:
            raise LocalError("连接不上 REDIS_URL 指定的 Redis", f"cannot reach Redis: {error}") from error
        return external_url
    say("启动内置 Redis", "starting the embedded Redis")
    server = Redis(_data_folder())
    running.callback(server.stop)
    server.start()
    children.append(server.child)
    return server.url()


def _data_folder() -> Path:
    return places.data_folder(database.PROJECT)


def _watch(children: list[Child], background: list[Restarted]) -> None:
    """Wait until Ctrl-C; restart background processes that end, and fail when a server ends."""
    while all(child.running for child in children):
        for process in background:
            if not process.child.running:
                process.child = process.start()
        time.sleep(0.5)
    ended = next(child for child in children if not child.running)
    raise LocalError(
        f"{ended.name} 意外退出:{ended.last_line()}", f"{ended.name} ended unexpectedly, log: {ended.log}"
    )


if __name__ == "__main__":
    sys.exit(main())
