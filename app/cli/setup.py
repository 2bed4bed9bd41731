"""``flask setup``: the first steps on an empty database."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy import func, select

from app.cli.shell import address_of, shell_unit
from app.services.alliance.setup import add_secretary, provisional_alliance, set_up_alliance
from tenants.db import db

group = AppGroup("setup", help="First steps on an empty database.")


@group.command("alliance")
@click.option("--name", required=True, help="Full name of the alliance.")
@click.option("--short-name", default="", help="For narrow places.")
@click.option("--accent", default="#1f5eff", show_default=True, help="Accent colour, #rrggbb.")
@click.option(
    "--logo", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="PNG, JPEG, WebP or SVG."
)
@click.option("--admin", "admin_name", required=True, help="Real name of the first secretary.")
@click.option("--admin-login", default="secretary", show_default=True, help="Login name of the secretary.")
def alliance(
    name: str, short_name: str, accent: str, logo: Path | None, admin_name: str, admin_login: str
) -> None:
    """Create the alliance and its first secretary."""
    provisional = provisional_alliance(reserve_school_id())
    with shell_unit(provisional) as ctx:
        set_up_alliance(
            ctx, name=name, short_name=short_name, accent=accent, logo=logo.read_bytes() if logo else None
        )
        secretary = add_secretary(ctx, name=admin_name, login=admin_login)
    click.echo(f"address:  {address_of('')}")
    click.echo(f"login:    {secretary.login}")
    click.echo(f"password: {secretary.one_time_password}  (for the first login only)")


def reserve_school_id() -> int:
    """Reserve an id for a new tenant."""
    with db.engine.connect() as connection:
        return int(connection.scalar(select(func.nextval("schools_id_seq"))) or 0)


def register(app: Flask) -> None:
    """Add the commands to the application."""
    app.cli.add_command(group)
