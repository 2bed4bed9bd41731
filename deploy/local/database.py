"""Roles, database and schema on a PostgreSQL server, created with an administrative connection."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, make_url

from deploy.local.report import LocalError

OWNER_ROLE = "spoc_owner"
APP_ROLE = "spoc_app"
PROJECT = Path(__file__).resolve().parents[2]


def connect(url: str) -> psycopg.Connection:
    """Open an autocommit connection to a SQLAlchemy address.

    Raises:
        LocalError: the database cannot be reached.
    """
    parsed = make_url(url)
    try:
        return psycopg.connect(_conninfo(parsed), autocommit=True)
    except psycopg.OperationalError as error:
        reason = " ".join(str(error).split())[-200:]
        address = parsed.render_as_string(hide_password=True)
        raise LocalError(
            f"连接不上数据库 {address}:{reason}", f"cannot reach the database {address}"
        ) from error


def _conninfo(url: URL) -> str:
    names = url.translate_connect_args(username="user", database="dbname")
    return make_conninfo(**({"connect_timeout": "5"} | dict(url.query) | names))


def ensure_role(admin_url: str, role: str, password: str) -> None:
    """Create a login role without privileges, or set the password of an existing one.

    Raises:
        LocalError: `admin_url` may not manage roles.
    """
    with connect(admin_url) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        statement = sql.SQL("{verb} ROLE {role} LOGIN PASSWORD {password} {limits}").format(
            verb=sql.SQL("ALTER" if known else "CREATE"),
            role=sql.Identifier(role),
            password=sql.Literal(password),
            limits=sql.SQL("" if known else "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"),
        )
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege as error:
            raise LocalError(
                f"DATABASE_URL 的用户无权创建或修改角色 {role},请换用管理连接",
                f"the user of DATABASE_URL may not manage the role {role}: give an administrative one",
            ) from error
        _refuse_powerful(connection, role)


def _refuse_powerful(connection: psycopg.Connection, role: str) -> None:
    powerful = connection.execute(
        "SELECT 1 FROM pg_roles WHERE rolname = %s AND (rolsuper OR rolbypassrls)", [role]
    ).fetchone()
    if powerful:
        raise LocalError(
            f"角色 {role} 是超级用户或可绕过行级安全,拒绝启动",
            f"the role {role} is a superuser or bypasses row-level security: refusing to start",
        )


def ensure_database(admin_url: str, name: str, owner: str, *, template: str | None = None) -> None:
    """Create the database `name` of `owner` if it does not exist, as a copy of `template` if there is one."""
    with connect(admin_url) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template or "template1")
            )
        )


def drop_database(admin_url: str, name: str) -> None:
    """Drop a database and end its connections."""
    with connect(admin_url) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(owner_url: str) -> None:
    """Migrate the schema to head, as the role that owns it.

    Raises:
        LocalError: a migration failed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", "app/migrations/alembic.ini", "upgrade", "head"],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_OWNER_URL": owner_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["?"]
        raise LocalError(f"数据库迁移失败:{lines[-1][:300]}", "the database migration failed")
