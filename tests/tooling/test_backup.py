"""The backup and restore commands of `deploy/README.md` keep every row, grant and policy."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app.models import User
from deploy.local import database
from deploy.local.servers import _installed_postgres
from tenants.registry import SchoolInfo
from tests.support.servers import TestCluster, TestDatabase

PROGRAMS = _installed_postgres() / "bin"
PROJECT = Path(__file__).resolve().parents[2]


def libpq(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROGRAMS / program), *arguments], capture_output=True, text=True, check=False)


def hand_over() -> str:
    """The statement of the README that gives restored tables to the owner."""
    text = (PROJECT / "deploy/README.md").read_text(encoding="utf-8")
    return text.partition('psql spoc_restored -c "')[2].partition('"\n```')[0].replace("\\$", "$")


def contents(url: str) -> dict[str, str]:
    """For each table the digest of its rows; policies, grants and owners under names of their own."""
    with database.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        found = {
            name: str(
                connection.execute(
                    f"SELECT count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t"
                ).fetchone()
            )
            for (name,) in tables
        }
        found["policies"] = str(
            connection.execute(
                "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies ORDER BY 1, 2"
            ).fetchall()
        )
        found["forced"] = str(
            connection.execute(
                "SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text FROM pg_class"
                " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
            ).fetchall()
        )
        found["grants"] = str(
            connection.execute(
                "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
                " WHERE grantee = 'spoc_app' ORDER BY 1, 2"
            ).fetchall()
        )
    return found


@pytest.fixture
def backup_url(pg_cluster: TestCluster, pg_database: TestDatabase) -> str:
    """The database as the backup role of the README."""
    password = secrets.token_urlsafe()
    with database.connect(pg_cluster.postgres.url()) as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'spoc_backup'").fetchone()
        connection.execute(
            f"{'ALTER' if known else 'CREATE'} ROLE spoc_backup LOGIN PASSWORD '{password}' NOSUPERUSER BYPASSRLS"
        )
        connection.execute("GRANT pg_read_all_data TO spoc_backup")
    return pg_cluster.postgres.url(pg_database.name, user="spoc_backup", password=password)


@pytest.mark.usefixtures("app")
def test_a_backup_restores_to_the_same_rows_policies_and_grants(
    school: SchoolInfo,
    other_school: SchoolInfo,
    make_user: Callable[..., User],
    pg_cluster: TestCluster,
    pg_database: TestDatabase,
    backup_url: str,
    tmp_path: Path,
) -> None:
    make_user(school)
    make_user(other_school, kind="teacher")
    dump = str(tmp_path / "spoc.dump")
    dumped = run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", libpq(backup_url))
    assert dumped.returncode == 0, dumped.stderr
    restored = pg_cluster.create("spoc_restored", template="template0")
    try:
        done = run(
            "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
            f"--dbname={libpq(restored.admin_url)}", dump,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        with database.connect(restored.admin_url) as connection:
            connection.execute(hand_over())
        assert contents(restored.admin_url) == contents(pg_database.admin_url)
    finally:
        pg_cluster.drop("spoc_restored")


def test_the_owner_cannot_dump_what_policies_hide(pg_database: TestDatabase) -> None:
    done = run("pg_dump", f"--file={os.devnull}", libpq(pg_database.owner_url))
    assert done.returncode != 0
    assert "row-level security" in done.stderr
