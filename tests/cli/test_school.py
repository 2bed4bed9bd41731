"""The commands that open schools: the same service as on the pages, errors in one line, exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app.demo.data_files import emblem_svg
from app.factory import create_app
from app.models import User
from app.services.shared.password_hashes import verify_password
from tenants.db import db
from tenants.registry import SchoolInfo, find_alliance, find_by_slug, forget_schools
from tenants.scope import school_scope
from tests.support.app import make_settings, next_unit_code
from tests.support.servers import TestDatabase


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def open_arguments(**values: str) -> list[str]:
    code = next_unit_code()
    given = {
        "name": f"命令行医学院{code}",
        "slug": f"shell-{code}",
        "unit_code": code,
        "admin": "方明远",
    } | values
    return [part for name, value in given.items() for part in (f"--{name.replace('_', '-')}", value)]


def test_a_school_is_opened_with_address_and_password(
    app_context: Flask, alliance: SchoolInfo, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_bytes(emblem_svg("houpu"))
    done = run(app_context, "school", "open", *open_arguments(slug="shell-one", logo=str(logo)))
    assert done.exit_code == 0, done.output
    assert "http://shell-one.localhost" in done.output
    password = done.output.split("password:")[1].split()[0]
    school = find_by_slug("shell-one")
    assert school is not None
    assert school.logo_sha
    with school_scope(school.id) as session:
        admin = session.scalars(select(User)).one()
    assert admin.login_name == "admin"
    assert verify_password(admin.password_hash, password)
    listed = run(app_context, "school", "list")
    assert listed.exit_code == 0
    assert "\tshell-one\t" in listed.output


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "www"),
        ("slug", "x_y"),
        ("unit_code", "12"),
        ("name", " "),
        ("accent", "blue"),
        ("timezone", "Nowhere"),
        ("admin_login", " "),
    ],
)
def test_a_refusal_is_one_line_that_names_the_option(
    app_context: Flask, alliance: SchoolInfo, field: str, value: str
) -> None:
    refused = run(app_context, "school", "open", *open_arguments(**{field: value}))
    assert refused.exit_code == 2
    assert refused.output.startswith(f"--{field.replace('_', '-')}: ")
    assert len(refused.output.strip().splitlines()) == 1


def test_a_broken_logo_is_refused(app_context: Flask, alliance: SchoolInfo, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"GIF89a")
    refused = run(app_context, "school", "open", *open_arguments(logo=str(logo)))
    assert (refused.exit_code, refused.output.startswith("--logo: ")) == (2, True)


@pytest.fixture
def empty_app(fresh_database: TestDatabase, redis_url: str) -> Iterator[Flask]:
    forget_schools()
    app = create_app(make_settings(fresh_database, redis_url))
    yield app
    with app.app_context():
        db.engine.dispose()
    forget_schools()


def test_the_first_step_is_the_alliance_and_it_is_taken_once(empty_app: Flask, tmp_path: Path) -> None:
    early = run(
        empty_app, "school", "open", "--name", "甲", "--slug", "jia", "--unit-code", "10001", "--admin", "乙"
    )
    assert early.exit_code == 2
    assert "flask setup alliance" in early.output
    forget_schools()
    logo = tmp_path / "logo.svg"
    logo.write_bytes(emblem_svg("alliance"))
    arguments = ["setup", "alliance", "--name", "测试联盟", "--admin", "秦书敏", "--logo", str(logo)]
    done = run(empty_app, *arguments)
    assert done.exit_code == 0, done.output
    assert "secretary" in done.output
    with empty_app.app_context():
        alliance = find_alliance()
        assert alliance is not None
        assert (alliance.name, alliance.alliance_id, bool(alliance.logo_sha)) == (
            "测试联盟",
            alliance.id,
            True,
        )
    again = run(empty_app, *arguments)
    assert (again.exit_code, len(again.output.strip().splitlines())) == (2, 1)
    opened = run(
        empty_app, "school", "open", "--name", "甲", "--slug", "jia", "--unit-code", "10001", "--admin", "乙"
    )
    assert opened.exit_code == 0, opened.output
