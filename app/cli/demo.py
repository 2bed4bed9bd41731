"""``flask demo``: the demonstration's data and accounts; refused in production."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app.cli.setup import reserve_school_id
from app.cli.shell import REFUSED, address_of, shell_unit
from app.demo.people import NEWCOMER_NUMBER
from app.demo.schools import PASSWORD, members
from app.demo.seed import seed
from app.rules.auth.initial_password import initial_password

group = AppGroup("demo", help="Data and accounts of the demonstration.")


@group.command("seed")
def seed_command() -> None:
    """Create the demo's data; existing data stay unchanged."""
    if current_app.config["SPOC_ENV"] not in ("demo", "test"):
        click.echo("The demo's data are for SPOC_ENV=demo only.", err=True)
        sys.exit(REFUSED)
    seed(shell_unit, reserve_school_id)


@group.command("accounts")
def accounts_command() -> None:
    """Print the addresses and accounts of the demo."""
    apex = address_of("")
    click.echo(f"{apex}  联盟首页")
    click.echo(f"    联盟秘书处  {members().alliance.secretary.login} / {PASSWORD}  ({apex}/manage/)")
    for school in members().schools:
        first_class = school.classes[0]
        click.echo(f"{address_of(school.slug)}  {school.name}")
        click.echo(f"    管理员  admin / {PASSWORD}")
        click.echo(f"    教师    teacher1 / {PASSWORD}  ({school.teachers[0]})")
        click.echo(
            f"    学生    {school.unit_code}{first_class.entry_year}001 / {PASSWORD}  ({first_class.students[0]})"
        )
        if school is members().schools[0]:
            newcomer, number = members().newcomer, school.unit_code + NEWCOMER_NUMBER
            first = initial_password(newcomer.id_number)
            click.echo(f"    新生    {number} / {first}  ({newcomer.name}，首次登录须修改密码)")


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(group)
