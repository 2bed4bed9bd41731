"""``flask school``: 学校管理 from the shell, with the same services as the secretariat's page."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from app.cli.shell import address_of, alliance, shell_unit
from app.services.schools.open_and_edit import list_schools, open_school

group = AppGroup("school", help="Member schools.")


@group.command("open")
@click.option("--name", required=True, help="Full name, e.g. 明德医科大学.")
@click.option("--slug", required=True, help="Label of its address.")
@click.option("--unit-code", required=True, help="Five digits, with which its student numbers begin.")
@click.option("--admin", "admin_name", required=True, help="Real name of its first administrator.")
@click.option("--admin-login", default="admin", show_default=True, help="Login name of the administrator.")
@click.option("--short-name", default="", help="For narrow places; default: the beginning of the name.")
@click.option("--accent", default="#1f5eff", show_default=True, help="Accent colour, #rrggbb.")
@click.option(
    "--logo", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PNG, JPEG, WebP or SVG."
)
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="IANA name.")
def open_command(logo: Path | None, **values: str) -> None:
    """Open a school and print its address and the administrator's password for the first login."""
    with shell_unit(alliance()) as ctx:
        opened = open_school(ctx, logo=logo.read_bytes() if logo else None, **values)
    click.echo(f"address:  {address_of(opened.school.slug)}")
    click.echo(f"login:    {opened.admin_login}")
    click.echo(f"password: {opened.one_time_password}  (for the first login only)")


@group.command("list")
def list_command() -> None:
    """Print the member schools, one on each line, tab-separated."""
    with shell_unit(alliance()) as ctx:
        page = 1
        while True:
            found = list_schools(ctx, page=page)
            for school in found.rows:
                fields = (school.unit_code, school.slug, school.name, school.status, address_of(school.slug))
                click.echo("\t".join(fields))
            if page >= found.pages:
                break
            page += 1


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(group)
